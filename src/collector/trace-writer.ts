/**
 * Writer of finished traces: batches them, and turns a failing store into a warning, so that the
 * run goes on.
 */

import type { SourceText } from '../domain/site.js';
import type { Trace } from '../domain/trace.js';
import { type Store, StoreError } from '../store/store.js';

/** ms after a failure during which the store is not tried again. */
const RETRY_MS = 10_000;
// ms between two writes: a lone request is written at once; under load one write takes all traces
// of that time, at hardly more cost than one trace.
const BATCH_MS = 50;

/** Writes traces to the store outside the handling of requests. */
export class TraceWriter {
  #store: Store;
  #warn: (message: string) => void;
  #pending = new Map<string, Trace>();
  /** Cancels the planned flush; undefined when none is planned. */
  #cancelFlush: (() => void) | undefined;
  #flushedAt = Number.NEGATIVE_INFINITY;
  #failedAt = Number.NEGATIVE_INFINITY;
  #lostCount = 0;
  #isClosed = false;

  constructor(store: Store, warn: (message: string) => void) {
    this.#store = store;
    this.#warn = warn;
  }

  /**
   * Queues a trace; it is written in this turn of the event loop, or up to 50 ms after the last
   * write.
   */
  write(trace: Trace): void {
    if (this.#isClosed) return;
    this.#pending.set(trace.id, trace);
    this.#cancelFlush ??= this.#planFlush();
  }

  /** Saves a source text and returns its hash; undefined while the store fails. */
  writeSource(source: SourceText): string | undefined {
    if (!this.#isUsable()) return undefined;
    try {
      return this.#store.saveSource(source);
    } catch (error) {
      this.#handleFailure(error, 0);
      return undefined;
    }
  }

  /** Writes the queued traces now. */
  flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    const traces = [...this.#pending.values()];
    this.#pending.clear();
    if (traces.length === 0) return;
    this.#flushedAt = performance.now();
    if (!this.#isUsable()) {
      this.#lostCount += traces.length;
      return;
    }
    try {
      this.#store.saveAll(traces);
      if (this.#lostCount > 0) this.#warn(`the store works again; ${this.#lostCount} requests were not kept`);
      this.#lostCount = 0;
      this.#failedAt = Number.NEGATIVE_INFINITY;
    } catch (error) {
      this.#handleFailure(error, traces.length);
    }
  }

  /** Writes the queued traces; later traces are ignored. */
  close(): void {
    this.flush();
    this.#isClosed = true;
  }

  /** Plans the next flush; returns a function that cancels it. */
  #planFlush(): () => void {
    const delay = this.#flushedAt + BATCH_MS - performance.now();
    if (delay <= 0) {
      const immediate = setImmediate(() => this.flush());
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(() => this.flush(), delay);
    return () => clearTimeout(timer);
  }

  #isUsable(): boolean {
    return performance.now() - this.#failedAt > RETRY_MS;
  }

  /** Warns at the first failure; rethrows errors other than a StoreError. */
  #handleFailure(error: unknown, lostTraces: number): void {
    if (!(error instanceof StoreError)) throw error;
    if (this.#failedAt === Number.NEGATIVE_INFINITY) {
      this.#warn(`${error.message}; requests are not kept until it works again`);
    }
    this.#failedAt = performance.now();
    this.#lostCount += lostTraces;
  }
}
