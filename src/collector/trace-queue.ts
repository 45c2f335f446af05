/** Queue of finished traces that are to be saved, bounded by what they hold. */

import type { Trace } from '../domain/trace.js';

/** Spans of all queued traces, and as many traces without any: some 50 MB. */
const MAX_QUEUED = 100_000;

interface QueuedTrace {
  trace: Trace;
  onSettled: (() => void)[];
}

/** Traces by id, the oldest first; a trace that is added again replaces the one before. */
export class TraceQueue {
  #queued = new Map<string, QueuedTrace>();
  #weight = 0;

  get size(): number {
    return this.#queued.size;
  }

  /** Adds a trace; returns the number of older traces that it has pushed out, which are lost. */
  add(trace: Trace, onSettled?: () => void): number {
    const known = this.#queued.get(trace.id);
    if (known !== undefined) this.#weight -= weightOf(known.trace);
    this.#weight += weightOf(trace);
    const callbacks = known?.onSettled ?? [];
    if (onSettled !== undefined) callbacks.push(onSettled);
    this.#queued.set(trace.id, { trace, onSettled: callbacks });
    let lost = 0;
    for (const [id, oldest] of this.#queued) {
      if (this.#weight <= MAX_QUEUED || this.#queued.size === 1) break;
      this.#weight -= weightOf(oldest.trace);
      this.#queued.delete(id);
      for (const settle of oldest.onSettled) settle();
      lost++;
    }
    return lost;
  }

  find(id: string): Trace | undefined {
    return this.#queued.get(id)?.trace;
  }

  traces(): Trace[] {
    return [...this.#queued.values()].map(({ trace }) => trace);
  }

  /** Empties the queue; the function that it returns calls the callbacks of its traces. */
  take(): () => void {
    const taken = [...this.#queued.values()];
    this.#queued.clear();
    this.#weight = 0;
    return () => {
      for (const { onSettled } of taken) for (const settle of onSettled) settle();
    };
  }
}

function weightOf(trace: Trace): number {
  return trace.spans.length + 1;
}
