/** Hands finished traces to the store, many at once; a store that fails costs a warning and those traces, never the run. */

import type { SourceText } from '../domain/site.js';
import type { Trace } from '../domain/trace.js';
import { type Store, StoreError } from '../store/store.js';

const RETRY_MS = 10_000;
// A lone request is kept at once; under load one write, whose price hardly grows with it, takes all of this time.
const TOGETHER_MS = 50;

/** Keeps traces, off the path of requests. */
export class TraceWriter {
  #store: Store;
  #warn: (message: string) => void;
  #waiting = new Map<string, Trace>();
  #planned: (() => void) | undefined;
  #flushedAt = Number.NEGATIVE_INFINITY;
  #failedAt = Number.NEGATIVE_INFINITY;
  #lost = 0;
  #closed = false;

  constructor(store: Store, warn: (message: string) => void) {
    this.#store = store;
    this.#warn = warn;
  }

  /** Keeps the trace within this turn of the loop, or a moment later when one was kept a moment ago; together with others. */
  write(trace: Trace): void {
    if (this.#closed) return;
    this.#waiting.set(trace.id, trace);
    this.#planned ??= this.#plan();
  }

  /** Keeps a source text and answers its hash; nothing when the store cannot. */
  writeSource(source: SourceText): string | undefined {
    if (!this.#works()) return undefined;
    try {
      return this.#store.saveSource(source);
    } catch (error) {
      this.#failed(error, 0);
      return undefined;
    }
  }

  /** Keeps what waits now. */
  flush(): void {
    this.#planned?.();
    this.#planned = undefined;
    const traces = [...this.#waiting.values()];
    this.#waiting.clear();
    if (traces.length === 0) return;
    this.#flushedAt = performance.now();
    if (!this.#works()) {
      this.#lost += traces.length;
      return;
    }
    try {
      this.#store.saveAll(traces);
      if (this.#lost > 0) this.#warn(`the store works again; ${this.#lost} requests were not kept`);
      this.#lost = 0;
      this.#failedAt = Number.NEGATIVE_INFINITY;
    } catch (error) {
      this.#failed(error, traces.length);
    }
  }

  /** Keeps what waits, and nothing more. */
  close(): void {
    this.flush();
    this.#closed = true;
  }

  /** Plans the next flush, and answers how to call it off. */
  #plan(): () => void {
    const rest = this.#flushedAt + TOGETHER_MS - performance.now();
    if (rest <= 0) {
      const soon = setImmediate(() => this.flush());
      return () => clearImmediate(soon);
    }
    const later = setTimeout(() => this.flush(), rest);
    return () => clearTimeout(later);
  }

  #works(): boolean {
    return performance.now() - this.#failedAt > RETRY_MS;
  }

  #failed(error: unknown, lost: number): void {
    if (!(error instanceof StoreError)) throw error;
    if (this.#failedAt === Number.NEGATIVE_INFINITY) {
      this.#warn(`${error.message}; requests are not kept until it works again`);
    }
    this.#failedAt = performance.now();
    this.#lost += lost;
  }
}
