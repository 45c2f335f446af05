/** Run load: when code blocked the event loop in a run, and how many requests ran at the same time. */

import type { Interval } from '../../domain/intervals.js';
import type { RecordedTrace } from '../../domain/trace.js';
import { type Call, isInPieces } from '../calls/calls.js';

const MAX_REQUESTS = 500;
const MAX_BLOCKING = 100;
const MAX_BLOCKS_OF_REQUEST = 20;
/** ms from which a synchronous call keeps others waiting. */
const MIN_BLOCK_MS = 25;

/** An interval of a request, in ms of the wall clock. */
interface Busy extends Interval {
  trace: string;
  pid: number | undefined;
}

/** What the requests of a run did to one another: the newest of them, a few numbers each. */
export class RunLoad {
  readonly #requests = new Map<string, Busy>();
  readonly #blocks = new Map<string, Busy[]>();
  readonly #openRequests: () => { id: string; start: number }[];

  /** `openRequests` are those that have not ended, and are not judged yet. */
  constructor(openRequests: () => { id: string; start: number }[] = () => []) {
    this.#openRequests = openRequests;
  }

  /** Adds what a request shows; one that is judged again replaces itself. */
  observe(trace: RecordedTrace, calls: readonly Call[]): void {
    const { id, start, duration = 0, app } = trace;
    const busyAt = (from: number, to: number): Busy => ({
      trace: id,
      pid: app?.pid,
      start: start + from,
      end: start + to,
    });
    renew(this.#requests, id, busyAt(0, duration), MAX_REQUESTS);
    const blocks = calls.filter(
      ({ span, start: from, end }) =>
        (span.kind === 'block' || span.detail?.blocking === true || isInPieces(span)) &&
        end - from >= MIN_BLOCK_MS,
    );
    if (blocks.length === 0) this.#blocks.delete(id);
    else {
      const own = blocks.slice(0, MAX_BLOCKS_OF_REQUEST).map(({ start: from, end }) => busyAt(from, end));
      renew(this.#blocks, id, own, MAX_BLOCKING);
    }
  }

  /** When other requests blocked the process of a request, in ms from that request's start. */
  blocksDuring(trace: RecordedTrace, { start, end }: Interval): Interval[] {
    const pid = trace.app?.pid;
    return overlaps([...this.#blocks.values()].flat(), trace, { start, end }, (block) => block.pid === pid);
  }

  /** How many other requests ran beside it, on average. */
  othersDuring(trace: RecordedTrace, { start, end }: Interval): number {
    const open = this.#openRequests().flatMap((other) =>
      this.#requests.has(other.id)
        ? []
        : [{ trace: other.id, pid: undefined, start: other.start, end: Number.POSITIVE_INFINITY }],
    );
    const beside = overlaps([...this.#requests.values(), ...open], trace, { start, end }, () => true);
    return end > start ? beside.reduce((sum, other) => sum + other.end - other.start, 0) / (end - start) : 0;
  }
}

/** Sets the newest entry, and forgets the oldest of too many. */
function renew<T>(map: Map<string, T>, id: string, value: T, max: number): void {
  map.delete(id);
  map.set(id, value);
  if (map.size > max) map.delete(map.keys().next().value!);
}

function overlaps(
  all: readonly Busy[],
  trace: RecordedTrace,
  { start, end }: Interval,
  isWanted: (busy: Busy) => boolean,
): Interval[] {
  const [from, to] = [trace.start + start, trace.start + end];
  return all.flatMap((busy) =>
    busy.trace !== trace.id && busy.start < to && busy.end > from && isWanted(busy)
      ? [{ start: Math.max(busy.start, from) - trace.start, end: Math.min(busy.end, to) - trace.start }]
      : [],
  );
}
