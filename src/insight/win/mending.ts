/** What mending a finding changes of a request's times: calls that fall away, get shorter or begin earlier. */

import { CoveredTime } from '../../domain/intervals.js';
import type { Finding } from '../../domain/trace.js';
import type { Call } from '../calls/calls.js';
import { median } from '../patterns/polling.js';
import { transactionOf } from '../patterns/transactions.js';
import { DEFAULT_RULE_LIMITS } from '../scene.js';
import { dropCall, type Schedule } from './schedule.js';

/** A request whose findings are mended. */
export interface Mended {
  schedule: Schedule;
  /** Positions in the schedule, by the index of the span. */
  positions: Map<number, number>;
  /** Calls by the index of their span. */
  byIndex: Map<number, Call>;
  /** All calls, sorted by start. */
  calls: Call[];
}

type Mending = (mended: Mended, calls: Call[]) => void;

// A call that nothing in the request shows the round trip of.
const ROUND_TRIP_MS = 1;
/** ms after a block in which what came meanwhile is delivered. */
const DELIVERY_MS = 2;

/** Of a transaction, a thrown error and the like the page does not wait. */
const MENDINGS: Record<string, Mending> = {
  'n+1': replaceLoop,
  'n+1-parallel': replaceLoop,
  'n+1-writes': replaceLoop,
  'n+1-group': replaceLoop,
  'n+1-cache': replaceLoop,
  'n+1-rpc': replaceLoop,
  'n+1-http': replaceLoop,
  'n+1-call': replaceLoop,
  duplicate: keepFirst,
  'same-query': keepFirst,
  slow: speedUp,
  'could-be-parallel': startTogether,
  'over-fetching': fetchLess,
  'pool-wait': waitForNone,
  'cache-not-filled': dropFallbacks,
  'event-loop': unblock,
  'blocked-by': unblock,
};

/** Whether the page takes less, or might, when findings of a kind are mended. */
export function hasMending(kind: string): boolean {
  return Object.hasOwn(MENDINGS, kind);
}

/** Changes a schedule as mending a finding would. */
export function mendFinding(mended: Mended, { kind, spans }: Pick<Finding, 'kind' | 'spans'>): void {
  if (!hasMending(kind)) return;
  const calls = spans.flatMap((index) => mended.byIndex.get(index) ?? []);
  MENDINGS[kind]!(
    mended,
    calls.sort((a, b) => a.order - b.order),
  );
}

/** Calls that are in the schedule, with their positions. */
function scheduled({ positions }: Mended, calls: Call[]): { call: Call; at: number }[] {
  return calls.flatMap((call) => {
    const at = positions.get(call.index);
    return at === undefined ? [] : [{ call, at }];
  });
}

function groupedBy<T>(items: T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}

/**
 * One call for each shape takes the place of all: its time is that of one of them. It begins when the
 * last of them did, as the code of all of them may have to run before it.
 */
function replaceLoop(mended: Mended, calls: Call[]): void {
  const { schedule } = mended;
  const gone = new Set<Call>();
  for (const group of groupedBy(scheduled(mended, calls), ({ call }) => call.shape)) {
    const kept = group.at(-1)!.at;
    const soonest = group.reduce((a, b) => (schedule.wait[b.at]! < schedule.wait[a.at]! ? b : a)).at;
    schedule.run[kept] = median(group.map(({ at }) => schedule.run[at]!));
    schedule.wait[kept] = schedule.wait[soonest]!;
    schedule.freedBy[kept] = schedule.freedBy[soonest]!;
    for (const { call } of group.slice(0, -1)) gone.add(call);
  }
  dropAll(mended, gone);
}

/** Of equal calls the first stays. */
function keepFirst(mended: Mended, calls: Call[]): void {
  const groups = groupedBy(calls, ({ exactKey }) => exactKey);
  dropAll(mended, new Set(groups.flatMap(([, ...others]) => others)));
}

/** Drops calls, and the transactions that have only them, which an ORM opens around each row. */
function dropAll(mended: Mended, gone: ReadonlySet<Call>): void {
  const { schedule, positions, calls } = mended;
  const emptied = new Set<Call>();
  for (const call of gone) {
    const transaction = call.sql && transactionOf(mended, call);
    if (!transaction?.close) continue;
    if (transaction.calls.some((inside) => !gone.has(inside) && !inside.isSetup)) continue;
    emptied.add(transaction.open).add(transaction.close);
  }
  const dropped = [...gone, ...emptied, ...lookupsWithin(gone, calls)];
  for (const { index } of dropped) {
    const at = positions.get(index);
    if (at === undefined) continue;
    schedule.gap[at]! -= overheadOf(schedule.gap[at]!, schedule.run[at]! - schedule.added[at]!);
    dropCall(schedule, at);
  }
}

/**
 * ms before a call that go with it: what driver, promises and the recording itself take for each call,
 * as measured on loops that were replaced by hand (bench/what-if.mjs). A longer time is the app's code.
 */
function overheadOf(gap: number, run: number): number {
  const limit = Math.min(run * 0.3, 0.5);
  return gap <= limit * 2 ? Math.min(gap, limit) : Math.min(run, 1) * 0.1;
}

/** Look-ups of host names that calls made. */
function lookupsWithin(gone: ReadonlySet<Call>, calls: Call[]): Call[] {
  const lookups = calls.filter(({ span }) => span.kind === 'dns');
  if (lookups.length === 0) return [];
  const times = new CoveredTime([...gone]);
  return lookups.filter((lookup) => times.covers(lookup));
}

/** A slow call takes as long as others of its library do. */
function speedUp(mended: Mended, calls: Call[]): void {
  const { schedule } = mended;
  const own = new Set(calls);
  const others = scheduled(
    mended,
    mended.calls.filter((other) => !own.has(other)),
  );
  const typicalTimes = new Map<string, number>();
  for (const group of groupedBy(others, ({ call }) => clientOf(call)))
    typicalTimes.set(clientOf(group[0]!.call), median(group.map(({ at }) => schedule.run[at]!)));
  for (const { call, at } of scheduled(mended, calls)) {
    const typical = typicalTimes.get(clientOf(call)) ?? ROUND_TRIP_MS + schedule.added[at]!;
    schedule.run[at] = Math.min(schedule.run[at]!, typical);
  }
}

function clientOf({ span: { library, kind } }: Call): string {
  return `${library} ${kind}`;
}

/** Each begins when the first does, and what waited for one of them waits for all. */
function startTogether(mended: Mended, calls: Call[]): void {
  const { schedule } = mended;
  const members = scheduled(mended, calls).map(({ at }) => at);
  const [first, ...others] = members;
  if (first === undefined) return;
  const own = new Set(members);
  // The calls of a fan-out share one list.
  const widened = new Map<readonly number[], readonly number[]>();
  schedule.after = schedule.after.map((list, at) => {
    if (own.has(at)) return list;
    let known = widened.get(list);
    if (known === undefined) {
      const isWider = list.some((each) => own.has(each));
      known = isWider ? [...new Set([...list, ...members])].filter((each) => each < at) : list;
      widened.set(list, known);
    }
    return known;
  });
  schedule.last = [...new Set([...schedule.last, ...members])];
  let code = schedule.gap[first]!;
  for (const at of others) {
    code += schedule.gap[at]!;
    schedule.gap[at] = code;
    schedule.after[at] = schedule.after[first]!;
  }
}

/** A query returns as much as the limit allows. */
function fetchLess(mended: Mended, calls: Call[]): void {
  const { schedule } = mended;
  const { rows, bytes } = DEFAULT_RULE_LIMITS;
  for (const { call, at } of scheduled(mended, calls)) {
    const { span } = call;
    const size = Number(span.detail?.bytes ?? 0);
    const part = Math.min(1, rows / Math.max(1, span.rows ?? 0), size > 0 ? bytes / size : 1);
    const run = schedule.run[at]!;
    const trip = Math.min(run, ROUND_TRIP_MS + schedule.added[at]!);
    schedule.run[at] = trip + (run - trip) * part;
  }
}

/** There is a connection for each; the queue of a connection that the app holds stays. */
function waitForNone(mended: Mended, calls: Call[]): void {
  const { schedule } = mended;
  for (const { call, at } of scheduled(mended, calls)) {
    const queue = Number(call.span.detail?.queue ?? 0);
    schedule.wait[at] = Math.min(schedule.wait[at]!, queue);
    schedule.freedBy[at] = -1;
  }
}

/** The cache has it: what was asked instead is not. */
function dropFallbacks(mended: Mended, calls: Call[]): void {
  dropAll(mended, new Set(calls.filter(({ span }) => span.kind !== 'cache')));
}

/** The blocks are gone: from between the calls, and from those whose answers they kept waiting. */
function unblock({ schedule, calls: all, positions }: Mended, blocks: Call[]): void {
  const { graph } = schedule;
  const blocked = new CoveredTime(blocks);
  for (const [at, call] of graph.calls.entries()) {
    schedule.gap[at]! -= blocked.within(call.start - schedule.gap[at]!, call.start);
    const isDelayed = blocked.hasOne({ startBefore: call.end, endFrom: call.end - DELIVERY_MS });
    if (isDelayed) schedule.run[at]! -= blocked.within(call.ready, call.end);
  }
  schedule.lastGap -= blocked.within(graph.duration - schedule.lastGap, graph.duration);
  // A synchronous call that blocked is what blocks: both have its time.
  for (const call of all)
    if (call.span.detail?.blocking === true && positions.has(call.index) && blocked.covers(call))
      schedule.run[positions.get(call.index)!] = 0;
}
