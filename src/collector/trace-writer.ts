/**
 * Writer of finished traces: batches them, queues them while another process locks the store, and
 * turns a failing store into a warning, so that the run goes on.
 */

import type { SourceText } from '../domain/site.js';
import { formatCount } from '../domain/text.js';
import type { Trace } from '../domain/trace.js';
import { hashOf } from '../store/body.js';
import { type Store, StoreBusyError, StoreError } from '../store/store.js';
import { TraceQueue } from './trace-queue.js';

/** ms after a failure during which the store is not tried again. */
const RETRY_MS = 10_000;
/** ms between two attempts while another process holds the store's lock. */
const BUSY_RETRY_MS = 250;
/** ms of waiting for the lock after which the user is told, and at the end of the run given up. */
const BUSY_NOTICE_MS = 5000;
// ms between two writes: a lone request is written at once; under load one write takes all traces
// of that time, at hardly more cost than one trace.
const BATCH_MS = 50;
/** Reason of what was lost because the lock was not free. */
const LOCKED = 'another process held the database';
/** Source texts that wait for the lock. */
const MAX_QUEUED_SOURCES = 200;

/** Writes traces to the store outside the handling of requests. */
export class TraceWriter {
  #store: Store;
  #warn: (message: string) => void;
  #consequence: string;
  #queue = new TraceQueue();
  #queuedSources = new Map<string, SourceText>();
  /** Cancels the planned flush; undefined when none is planned. */
  #cancelFlush: (() => void) | undefined;
  #flushedAt = Number.NEGATIVE_INFINITY;
  #failedAt = Number.NEGATIVE_INFINITY;
  /** performance.now() since which another process holds the lock. */
  #busySince: number | undefined;
  #hasWarned = false;
  #lostCount = 0;
  /** Why the store failed last. */
  #failure = '';
  #isClosed = false;

  /** `consequence` of a failing store is part of its warning. */
  constructor(
    store: Store,
    warn: (message: string) => void,
    consequence = 'requests are not kept until it works again',
  ) {
    this.#store = store;
    this.#warn = warn;
    this.#consequence = consequence;
  }

  /**
   * Queues a trace; it is written in this turn of the event loop, or up to 50 ms after the last
   * write. `onSettled` is called once it is saved, or lost with a warning.
   */
  write(trace: Trace, onSettled?: () => void): void {
    if (this.#isClosed) return;
    const pushedOut = this.#queue.add(trace, onSettled);
    if (pushedOut > 0) this.#addLoss(pushedOut, LOCKED);
    this.#cancelFlush ??= this.#planFlush();
  }

  /** Saves a source text and returns its hash; undefined while the store fails. */
  writeSource(source: SourceText): string | undefined {
    if (!this.#isUsable()) return undefined;
    if (this.#busySince !== undefined) return this.#queueSource(source);
    try {
      return this.#store.saveSource(source);
    } catch (error) {
      if (error instanceof StoreBusyError) return this.#queueSource(source);
      this.#handleFailure(error, 0);
      return undefined;
    }
  }

  /** Trace of an id, saved or waiting to be. */
  async find(id: string): Promise<Trace | undefined> {
    if (this.#busySince === undefined) this.flush();
    return this.#queue.find(id) ?? this.#store.find(id);
  }

  /** Writes the queued traces now, unless another process holds the store's lock. */
  flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    const traces = this.#queue.traces();
    if (traces.length === 0) return;
    this.#flushedAt = performance.now();
    if (!this.#isUsable()) {
      this.#addLoss(traces.length, this.#failure);
      this.#queue.take()();
      return;
    }
    try {
      this.#saveSources();
      this.#store.saveAll(traces);
      this.#saved();
      void this.#store.flushed().then(this.#queue.take());
    } catch (error) {
      if (error instanceof StoreBusyError) return this.#waitForLock(error);
      this.#handleFailure(error, traces.length);
      this.#queue.take()();
    }
  }

  /**
   * Writes the queued traces, waiting for the lock if need be; later traces are ignored. Resolves once
   * they are stored or lost.
   */
  async close(): Promise<void> {
    // The last time: there may be room again.
    if (this.#queue.size > 0) this.#failedAt = Number.NEGATIVE_INFINITY;
    this.#store.retry?.();
    this.flush();
    const deadline = performance.now() + BUSY_NOTICE_MS;
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    while (this.#busySince !== undefined && performance.now() < deadline) {
      Atomics.wait(sleeper, 0, 0, BATCH_MS);
      this.flush();
    }
    this.#cancelFlush?.();
    const { size } = this.#queue;
    if (size > 0) {
      this.#warn(
        `the store is locked by another process; ${formatCount(size, 'request was', 'requests were')} not kept`,
      );
      this.#addLoss(size, LOCKED);
    } else if (this.#lostCount > 0)
      this.#warn(`${formatCount(this.#lostCount, 'request was', 'requests were')} not kept`);
    this.#isClosed = true;
    await this.#store.flushed();
    await this.#store.finish?.();
  }

  #addLoss(requests: number, reason: string): void {
    this.#lostCount += requests;
    this.#store.noteLoss({ requests, reason });
  }

  #saved(): void {
    if (this.#lostCount > 0) this.#warn(`the store works again; ${this.#lostCount} requests were not kept`);
    else if (this.#hasWarned && this.#busySince !== undefined)
      this.#warn('the store is no longer locked; no request was lost');
    this.#lostCount = 0;
    this.#failedAt = Number.NEGATIVE_INFINITY;
    this.#busySince = undefined;
    this.#hasWarned = false;
  }

  /** The queued traces are tried again a little later; meanwhile the event loop is free. */
  #waitForLock(error: StoreBusyError): void {
    const now = performance.now();
    this.#busySince ??= now;
    if (!this.#hasWarned && now - this.#busySince >= BUSY_NOTICE_MS) {
      this.#hasWarned = true;
      this.#warn(`${error.message} Requests are kept in memory until it can be written.`);
    }
    const timer = setTimeout(() => this.flush(), BUSY_RETRY_MS);
    this.#cancelFlush = () => clearTimeout(timer);
  }

  #queueSource(source: SourceText): string | undefined {
    if (this.#queuedSources.size >= MAX_QUEUED_SOURCES) return undefined;
    const hash = hashOf(source.text);
    this.#queuedSources.set(hash, source);
    return hash;
  }

  #saveSources(): void {
    for (const [hash, source] of this.#queuedSources) {
      this.#store.saveSource(source);
      this.#queuedSources.delete(hash);
    }
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
      this.#warn(`${error.message.replace(/\.$/, '')}; ${this.#consequence}`);
    }
    this.#failedAt = performance.now();
    this.#failure = reasonOf(error, this.#store.place);
    this.#busySince = undefined;
    if (lostTraces > 0) this.#addLoss(lostTraces, this.#failure);
  }
}

/** The first sentence of a failure, without the path that every message of the store begins with. */
function reasonOf({ message }: StoreError, place: string): string {
  const text = message.startsWith(`${place}: `) ? message.slice(place.length + 2) : message;
  return text.split('. ')[0]!.replace(/\.$/, '');
}
