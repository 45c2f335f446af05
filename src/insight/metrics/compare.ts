/** Comparison of two requests, or of two runs: their calls and their findings. */

import { parseSite } from '../../domain/site.js';
import { isTimed } from '../../domain/span-kinds.js';
import { countedSpans, type Finding, type Trace } from '../../domain/trace.js';
import { groupsOf } from '../calls/groups.js';

/** Calls of one shape from one call site. */
export interface ComparedCalls {
  kind: string;
  /** Shape of the calls. */
  text: string;
  /** `file:line`. */
  site?: string;
  function?: string;
  /** Number of calls of a request, or of an average request of a run. */
  count: number;
  /** ms of all calls of a request, or of one call of a run. */
  ms: number;
}

/** `more` and `fewer` compare counts, `slower` and `faster` times. */
export type Verdict = 'new' | 'gone' | 'more' | 'fewer' | 'slower' | 'faster' | 'same';

/** Calls before and after; `site` is the current call site, or the former of removed calls. */
export interface Change {
  verdict: Verdict;
  kind: string;
  text: string;
  site?: string;
  function?: string;
  before?: { count: number; ms: number };
  after?: { count: number; ms: number };
}

/** Findings before and after; those in `stays` are from after. */
export interface FindingChanges<F> {
  gone: F[];
  new: F[];
  stays: F[];
}

// Times and counts of two requests always differ a little: smaller differences count as equal.
const MIN_CHANGE_MS = 1;
const MIN_TIME_CHANGE = 0.25;
const MIN_COUNT_CHANGE = 0.05;

/** Calls of a request for a comparison, without logs. */
export function comparedCallsOf({ spans }: Pick<Trace, 'spans'>): ComparedCalls[] {
  return groupsOf(countedSpans(spans))
    .filter(isTimed)
    .map(({ kind, shape, site, frame, total, spans: calls }) => ({
      kind,
      text: shape,
      count: calls.length,
      ms: total,
      ...(site !== undefined && { site, function: frame!.function }),
    }));
}

/** Calls of both sides, sorted by the change of their ms; unchanged calls come last. */
export function compareCalls(before: ComparedCalls[], after: ComparedCalls[]): Change[] {
  const changes = pairsOf(before, after).map(([old, now]) => changeOf(old, now));
  return changes.sort(
    (a, b) => Number(a.verdict === 'same') - Number(b.verdict === 'same') || changeMs(b) - changeMs(a),
  );
}

function changeMs({ before, after }: Change): number {
  return Math.abs((after?.ms ?? 0) - (before?.ms ?? 0));
}

/** Equal calls of both sides: from the same line, else from the same function, as lines move. */
function pairsOf(
  before: ComparedCalls[],
  after: ComparedCalls[],
): [ComparedCalls | undefined, ComparedCalls | undefined][] {
  const unpaired = new Set(after);
  const partners = new Map<ComparedCalls, ComparedCalls>();
  for (const keyOf of [lineKey, functionKey]) {
    for (const old of before) {
      if (partners.has(old)) continue;
      const found = [...unpaired].find((now) => keyOf(now) === keyOf(old));
      if (found === undefined) continue;
      partners.set(old, found);
      unpaired.delete(found);
    }
  }
  return [
    ...before.map((old): [ComparedCalls, ComparedCalls | undefined] => [old, partners.get(old)]),
    ...[...unpaired].map((now): [undefined, ComparedCalls] => [undefined, now]),
  ];
}

function lineKey({ kind, text, site }: ComparedCalls): string {
  return [kind, text, site].join('\n');
}

function functionKey({ kind, text, site = '', function: name }: ComparedCalls): string {
  return [kind, text, parseSite(site)?.file ?? site, name].join('\n');
}

function changeOf(old: ComparedCalls | undefined, now: ComparedCalls | undefined): Change {
  const { kind, text, site, function: name } = (now ?? old)!;
  return {
    verdict: verdictOf(old, now),
    kind,
    text,
    ...(site !== undefined && { site }),
    ...(name !== undefined && { function: name }),
    ...(old && { before: { count: old.count, ms: old.ms } }),
    ...(now && { after: { count: now.count, ms: now.ms } }),
  };
}

// The count decides before the time: fifty calls fewer are the cause of less time.
function verdictOf(old: ComparedCalls | undefined, now: ComparedCalls | undefined): Verdict {
  if (!old) return 'new';
  if (!now) return 'gone';
  if (Math.abs(now.count - old.count) > old.count * MIN_COUNT_CHANGE)
    return now.count > old.count ? 'more' : 'fewer';
  return compareDurations(old.ms, now.ms);
}

/** Compares two times: less than 1 ms, or a quarter of the longer, is no difference. */
export function compareDurations(before: number, after: number): 'slower' | 'faster' | 'same' {
  const difference = Math.abs(after - before);
  if (difference < MIN_CHANGE_MS || difference < Math.max(before, after) * MIN_TIME_CHANGE) return 'same';
  return after > before ? 'slower' : 'faster';
}

/** Changes of findings, compared by their ids, which do not depend on line numbers. */
export function findingChanges<F extends Pick<Finding, 'id'>>(before: F[], after: F[]): FindingChanges<F> {
  const idsBefore = new Set(before.map(({ id }) => id));
  const idsAfter = new Set(after.map(({ id }) => id));
  return {
    gone: before.filter(({ id }) => !idsAfter.has(id)),
    new: after.filter(({ id }) => !idsBefore.has(id)),
    stays: after.filter(({ id }) => idsBefore.has(id)),
  };
}
