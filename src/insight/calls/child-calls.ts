/** Which call of a request became which of the requests that it led to, by URL and time. */

import type { Span, Trace } from '../../domain/trace.js';

/** ms by which the clocks of two processes, or the beginnings of a call and of its answer, may differ. */
const SKEW_MS = 5;

type Call = Pick<Span, 'kind' | 'name' | 'start' | 'wait' | 'duration'>;

/** Path of `GET http://host:1/path?query`; the text of other calls is of none. */
function pathOfCall(name: string): string {
  return /^\S+ \w+:\/\/[^/?#\s]*([^?#\s]*)/.exec(name)?.[1] || '/';
}

function pathOfUrl(url: string): string {
  return /^[^?#]*/.exec(url)![0] || '/';
}

function endOf({ start, wait = 0, duration = Number.POSITIVE_INFINITY }: Call): number {
  return start + wait + duration;
}

/** Calls in the order of their starts, each to be taken once. */
class CallQueue {
  readonly #calls: Call[];
  readonly #left: number[] = [];
  #head = 0;

  constructor(calls: Call[]) {
    this.#calls = calls;
  }

  add(index: number): void {
    this.#left.push(index);
  }

  /** The first call that ran at an instant and is not taken. */
  take(at: number, taken: Set<number>): number | undefined {
    for (; this.#head < this.#left.length; this.#head++) {
      const index = this.#left[this.#head]!;
      if (!taken.has(index) && endOf(this.#calls[index]!) + SKEW_MS >= at) break;
    }
    const index = this.#left[this.#head];
    if (index === undefined || this.#calls[index]!.start > at + SKEW_MS) return undefined;
    taken.add(index);
    return index;
  }
}

/**
 * Index of the call that became each of some requests, which are in the order of their starts: the call of
 * its path that ran when it started, else any that ran then; undefined for jobs, messages and threads.
 */
export function callsOfChildren(
  { start, spans }: { start: number; spans: readonly Call[] },
  children: readonly Pick<Trace, 'start' | 'url'>[],
): (number | undefined)[] {
  const calls = [...spans];
  const byPath = new Map<string, CallQueue>();
  const all = new CallQueue(calls);
  const inOrder = calls.map((call, index) => ({ call, index })).filter(({ call }) => call.kind === 'http');
  for (const { call, index } of inOrder.sort((a, b) => a.call.start - b.call.start)) {
    const path = pathOfCall(call.name);
    const queue = byPath.get(path) ?? new CallQueue(calls);
    queue.add(index);
    byPath.set(path, queue);
    all.add(index);
  }
  const taken = new Set<number>();
  const found = children.map((child) => byPath.get(pathOfUrl(child.url))?.take(child.start - start, taken));
  return found.map((index, at) => index ?? all.take(children[at]!.start - start, taken));
}
