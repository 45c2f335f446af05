/** Attempts: loops that try one thing until it works, rather than work through a list. */

import type { Loop } from '../calls/loops.js';
import { comparableValue, valuesOfCalls, varyingPlaces } from './statement-values.js';

// UPDATE … WHERE id = ? AND version = ?
const VERSION_CONDITION = /\b(?:\w*version|ver|rev|revision|etag|updated_at|xmin|_v|generation)["`]? = \?/i;

/** Whether a loop searches, in order, for the first value that is there, or that is free. */
export function isSearch({ calls, overlapping }: Loop): boolean {
  if (overlapping > 0) return false;
  const rows = calls.map(({ span }) => span.rows);
  // The first that is there ends the search: file, locale or parent by its next best name.
  if (rows.slice(0, -1).every((count) => count === 0) && (rows.at(-1) ?? 0) > 0) return true;
  return isNumberedName(calls) || isCheckForFree(calls) || isBisection(calls);
}

// SELECT 1 FROM posts WHERE slug = ?: everything is taken but the last, which ends the search.
function isCheckForFree(calls: Loop['calls']): boolean {
  if (!/^SELECT (?:\? |EXISTS\b)/i.test(calls[0]!.shape)) return false;
  const rows = calls.map(({ span }) => span.rows ?? 0);
  return rows.at(-1) === 0 && rows.slice(0, -1).every((count) => count > 0);
}

// A binary search: each number is half as far from the one before as that was; before it the steps may
// double, until the end is known.
function isBisection(calls: Loop['calls']): boolean {
  const values = valuesOfCalls({ calls });
  const varying = varyingPlaces(values);
  if (varying.length !== 1) return false;
  const numbers = values.map(({ single }) => Number(comparableValue(single[varying[0]!]?.value)));
  const steps = numbers.slice(1).map((number, at) => Math.abs(number - numbers[at]!));
  const widest = steps.indexOf(Math.max(...steps));
  // Ids that happen to lie so are few: the steps have to halve often enough.
  if (steps.length < 3 || steps[widest]! < 4) return false;
  const isHalf = (small: number, large: number) => Math.abs(small - large / 2) <= 1;
  return steps.every(
    (step, at) => at === 0 || (at > widest ? isHalf(step, steps[at - 1]!) : isHalf(steps[at - 1]!, step)),
  );
}

// `post`, `post-1`, `post-2`: the first name that nothing has ends the search.
function isNumberedName(calls: Loop['calls']): boolean {
  const values = valuesOfCalls({ calls });
  const varying = varyingPlaces(values);
  if (varying.length !== 1) return false;
  const names = values.map(({ single }) => comparableValue(single[varying[0]!]?.value));
  const [first, ...others] = names.map((name) => numberedName(name));
  if (first === undefined || !others.every((name) => name?.stem === first.stem)) return false;
  if (
    !others.every((name, at) => name!.number === (at === 0 ? others[0]!.number : others[at - 1]!.number + 1))
  )
    return false;
  if (first.number === 0) return others[0]!.number <= 2;
  // `user1`, `user2` may as well be a list: the last one has to be free.
  const rows = calls.map(({ span }) => span.rows ?? 0);
  return first.number <= 2 && rows.at(-1) === 0 && rows.slice(0, -1).every((count) => count > 0);
}

function numberedName(name: unknown): { stem: string; number: number } | undefined {
  if (typeof name !== 'string') return undefined;
  const match = /(?<!\d)(\d+)\)?$/.exec(name);
  const stem = match === null ? name : name.slice(0, match.index).replace(/(?<![-_ .(])[-_ .(]+$/, '');
  return { stem, number: Number(match?.[1] ?? 0) };
}

/** What stands behind WHERE in a shape; empty without one. */
function conditionOf(shape: string): string {
  const where = shape.search(/ WHERE /i);
  return where < 0 ? '' : shape.slice(where + 7);
}

/** Whether a loop writes the same row again until nothing has changed it meanwhile. */
export function isRepeatedAttempt({ calls, overlapping }: Loop): boolean {
  if (overlapping > 0) return false;
  const before = calls.slice(0, -1);
  return before.every(hasChangedNothing) && !hasChangedNothing(calls.at(-1)!);
}

/** Different writes of a loop, without those that failed or lost to another writer. */
export function distinctWrites({ calls, distinct }: Loop): number {
  const [call] = calls;
  const isVersioned = call!.verb === 'UPDATE' && VERSION_CONDITION.test(conditionOf(call!.shape));
  const written = calls.filter(({ span }) => span.error === undefined && !(isVersioned && span.rows === 0));
  if (written.length === calls.length) return distinct;
  return new Set(written.map(({ exactKey }) => exactKey)).size;
}

function hasChangedNothing({ span }: Loop['calls'][number]): boolean {
  return span.error !== undefined || span.rows === 0;
}
