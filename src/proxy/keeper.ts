/** Hands finished traces to the store, many at once; a store that fails costs a warning and those traces, never the run. */

import { type Source, type Store, StoreError } from '../store/store.js';
import type { Trace } from '../trace.js';

const RETRY_MS = 10_000;

/** Keeps traces, off the path of requests. */
export class Keeper {
  #store: Store;
  #warn: (message: string) => void;
  #waiting = new Map<string, Trace>();
  #planned: NodeJS.Immediate | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;
  #lost = 0;
  #closed = false;

  constructor(store: Store, warn: (message: string) => void) {
    this.#store = store;
    this.#warn = warn;
  }

  /** Keeps the trace within this turn of the loop, together with others of the turn. */
  keep(trace: Trace): void {
    if (this.#closed) return;
    this.#waiting.set(trace.id, trace);
    this.#planned ??= setImmediate(() => this.flush());
  }

  /** Keeps a source text and answers its hash; nothing when the store cannot. */
  keepSource(source: Source): string | undefined {
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
    clearImmediate(this.#planned);
    this.#planned = undefined;
    const traces = [...this.#waiting.values()];
    this.#waiting.clear();
    if (traces.length === 0) return;
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

  #works(): boolean {
    return performance.now() - this.#failedAt > RETRY_MS;
  }

  #failed(error: unknown, lost: number): void {
    if (!(error instanceof StoreError)) throw error;
    if (this.#lost === 0) this.#warn(`${error.message}; requests are not kept until it works again`);
    this.#failedAt = performance.now();
    this.#lost += Math.max(1, lost);
  }
}
