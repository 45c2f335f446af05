/** Finds the request that a command line means: an id, the beginning of one, `last`, `last~1`, `-1`, `-2`. */

import { UserError } from '../../domain/errors.js';
import { escapeToOneLine, formatCount, formatMs } from '../../domain/text.js';
import type { Trace } from '../../domain/trace.js';
import type { Store } from '../../store/store.js';
import { age } from '../../terminal/age.js';

const NAMED = 10;
const SHORTEST = 8;

/** Answers the shortest beginning of an id, from 8 characters, that means no other. */
export function shortId(store: Store, id: string): string {
  let length = SHORTEST;
  while (length < id.length && store.idsWith(id.slice(0, length), 2).length > 1) length++;
  return id.slice(0, length);
}

/** Answers the request that is meant; throws a UserError (exit 1) when it is none, or several. */
export function chooseRequest(store: Store, wanted: string, now: number): Trace {
  const back = parseNewestPosition(wanted);
  if (back !== undefined) return newest(store, back);
  const prefix = wanted.toLowerCase();
  const ids = prefix === '' ? [] : store.idsWith(prefix, NAMED + 1);
  const trace = store.find(prefix) ?? (ids.length === 1 ? store.find(ids[0]!) : undefined);
  if (trace) return trace;
  if (ids.length > 1) throw new UserError(severalBegin(store, wanted, ids, now), 1);
  throw new UserError(`No request ${quoted(wanted)} is kept. See which are:  scooby list`, 1);
}

/** Answers the place from the newest, which is 1, that `last`, `last~1` and `-2` mean; undefined for anything else. */
export function parseNewestPosition(wanted: string): number | undefined {
  const [, steps] = /^last(?:~(\d{1,8}))?$/.exec(wanted) ?? [];
  if (wanted === 'last' || steps !== undefined) return Number(steps ?? 0) + 1;
  return /^-[1-9]\d{0,8}$/.test(wanted) ? Number(wanted.slice(1)) : undefined;
}

function newest(store: Store, back: number): Trace {
  const found = store.recent({}, back);
  const trace = found.length >= back ? store.find(found[back - 1]!.id) : undefined;
  if (trace) return trace;
  if (found.length === 0)
    throw new UserError('No request is kept. How to record some:  scooby run --help', 1);
  throw new UserError(
    `-${back} is too far back: ${formatCount(found.length, 'request is', 'requests are')} kept.`,
    1,
  );
}

function quoted(wanted: string): string {
  return `"${escapeToOneLine(wanted)}"`;
}

function severalBegin(store: Store, wanted: string, ids: string[], now: number): string {
  const named = ids.slice(0, NAMED).flatMap((id) => {
    const trace = store.find(id);
    if (!trace) return [];
    const { method, url, status, duration } = trace;
    const took = duration === undefined ? '' : `  ${formatMs(duration)}`;
    return `  ${shortId(store, id)}  ${age(trace.start, now).padStart(4)}  ${escapeToOneLine(`${method} ${url}`)}  ${status ?? trace.state}${took}`;
  });
  const more = ids.length > NAMED ? ['  … and more'] : [];
  return [
    `Several ids begin with ${quoted(wanted)}. Write more of the one you mean:`,
    ...named,
    ...more,
  ].join('\n');
}
