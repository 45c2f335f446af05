/** Two requests, or two runs, side by side: which calls came and went, which run more often or take longer, and which findings are gone. Pure. */

import { parseSite } from '../../domain/site.js';
import { isTimed } from '../../domain/span-kinds.js';
import type { Finding, Trace } from '../../domain/trace.js';
import { groupsOf } from '../calls/groups.js';

/** Calls that ask the same from one line. */
export interface ComparedCalls {
  kind: string;
  /** What was asked, without values. */
  text: string;
  /** `file:line`. */
  site?: string;
  function?: string;
  /** How often: of a request the calls, of a run those of an average request. */
  count: number;
  /** ms: of a request what the calls took together, of a run what one of them takes. */
  ms: number;
}

/** new and gone · more and fewer: how often · slower and faster · same. */
export type Verdict = 'new' | 'gone' | 'more' | 'fewer' | 'slower' | 'faster' | 'same';

/** The same calls, before and after; `site` is where they are now, or were. */
export interface Change {
  verdict: Verdict;
  kind: string;
  text: string;
  site?: string;
  function?: string;
  before?: { count: number; ms: number };
  after?: { count: number; ms: number };
}

/** Findings by what became of them. Those that stay are told as they are now. */
export interface FindingChanges<F> {
  gone: F[];
  new: F[];
  stays: F[];
}

// Two requests never take the same time.
const LEAST_MS = 1;
const LEAST_SHARE = 0.25;
const LEAST_COUNT = 0.05;

/** Answers what a request asked, to be compared; logs are not. */
export function comparedCallsOf({ spans }: Pick<Trace, 'spans'>): ComparedCalls[] {
  return groupsOf(spans)
    .filter(isTimed)
    .map(({ kind, shape, site, frame, total, spans: calls }) => ({
      kind,
      text: shape,
      count: calls.length,
      ms: total,
      ...(site !== undefined && { site, function: frame!.function }),
    }));
}

/** Answers the calls of both sides, what changed most first, what did not last. */
export function compareCalls(before: ComparedCalls[], after: ComparedCalls[]): Change[] {
  const changes: Change[] = [];
  for (const [old, now] of paired(before, after)) changes.push(changeOf(old, now));
  return changes.sort(
    (a, b) => Number(a.verdict === 'same') - Number(b.verdict === 'same') || weight(b) - weight(a),
  );
}

function weight({ before, after }: Change): number {
  return Math.abs((after?.ms ?? 0) - (before?.ms ?? 0));
}

/** Answers which calls are the same: from the same line, else from the same function, where lines may have moved. */
function paired(
  before: ComparedCalls[],
  after: ComparedCalls[],
): [ComparedCalls | undefined, ComparedCalls | undefined][] {
  const left = new Set(after);
  const partners = new Map<ComparedCalls, ComparedCalls>();
  for (const name of [nameOfLine, nameOfFunction]) {
    for (const old of before) {
      if (partners.has(old)) continue;
      const found = [...left].find((now) => name(now) === name(old));
      if (found === undefined) continue;
      partners.set(old, found);
      left.delete(found);
    }
  }
  return [
    ...before.map((old): [ComparedCalls, ComparedCalls | undefined] => [old, partners.get(old)]),
    ...[...left].map((now): [undefined, ComparedCalls] => [undefined, now]),
  ];
}

function nameOfLine({ kind, text, site }: ComparedCalls): string {
  return [kind, text, site].join('\n');
}

function nameOfFunction({ kind, text, site = '', function: name }: ComparedCalls): string {
  return [kind, text, parseSite(site)?.file ?? site, name].join('\n');
}

function changeOf(old: ComparedCalls | undefined, now: ComparedCalls | undefined): Change {
  const { kind, text, site, function: name } = (now ?? old)!;
  return {
    verdict: verdictOn(old, now),
    kind,
    text,
    ...(site !== undefined && { site }),
    ...(name !== undefined && { function: name }),
    ...(old && { before: { count: old.count, ms: old.ms } }),
    ...(now && { after: { count: now.count, ms: now.ms } }),
  };
}

// How often comes first: fifty calls less are why it takes less.
function verdictOn(old: ComparedCalls | undefined, now: ComparedCalls | undefined): Verdict {
  if (!old) return 'new';
  if (!now) return 'gone';
  if (Math.abs(now.count - old.count) > old.count * LEAST_COUNT)
    return now.count > old.count ? 'more' : 'fewer';
  return paceOf(old.ms, now.ms);
}

/** Answers whether a time in ms became another one: by at least 1 ms and a quarter of the longer. */
export function paceOf(before: number, after: number): 'slower' | 'faster' | 'same' {
  const by = Math.abs(after - before);
  if (by < LEAST_MS || by < Math.max(before, after) * LEAST_SHARE) return 'same';
  return after > before ? 'slower' : 'faster';
}

/** Answers which findings are gone, new, and still there; they are known by their ids, which lines do not change. */
export function findingChanges<F extends Pick<Finding, 'id'>>(before: F[], after: F[]): FindingChanges<F> {
  const old = new Set(before.map(({ id }) => id));
  const now = new Set(after.map(({ id }) => id));
  return {
    gone: before.filter(({ id }) => !now.has(id)),
    new: after.filter(({ id }) => !old.has(id)),
    stays: after.filter(({ id }) => old.has(id)),
  };
}
