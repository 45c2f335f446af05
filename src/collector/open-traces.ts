/** Open traces by id, and the timers that decide when each trace is finished. */

import type { Trace } from '../domain/trace.js';
import type { OpenTrace } from './open-trace.js';

// The app reports the end of a request on a socket other than the response's, so it may arrive a
// little later.
const GRACE_MS = 300;
/** Number of finished traces that still accept late spans. */
const MAX_REMEMBERED = 500;
/** Their size, in characters; the newest is kept, whatever its size. */
const MAX_REMEMBERED_SIZE = 64 * 1024 * 1024;

/** Callbacks of the open traces. */
export interface FinishListener {
  /** Completes a trace from what is known of its process. */
  finish(openTrace: OpenTrace): Trace;
  /**
   * Receives each finished trace; `late` when it has been finished before and a late span changed
   * it.
   */
  finished(trace: Trace, late: boolean): void;
  /** A trace that was to be kept only with calls has none: it is forgotten. */
  leftOut(id: string): void;
}

/** Traces that are open or were finished a short time ago. */
export class OpenTraces {
  #listener: FinishListener;
  #byId = new Map<string, OpenTrace>();
  /** Traces whose response the client has, and whose end the app has not reported yet. */
  #awaitingApp = new Set<OpenTrace>();
  /** Finished traces that accept late spans, the oldest first. */
  #finished: { id: string; size: number }[] = [];
  #finishedSize = 0;
  #isOver = false;

  constructor(listener: FinishListener) {
    this.#listener = listener;
  }

  get(id: string): OpenTrace | undefined {
    return this.#byId.get(id);
  }

  add(openTrace: OpenTrace): OpenTrace {
    this.#byId.set(openTrace.trace.id, openTrace);
    return openTrace;
  }

  values(): OpenTrace[] {
    return [...this.#byId.values()];
  }

  /** Whether the app is about to report the end of a request whose response the client has. */
  get isAwaitingApp(): boolean {
    return this.#awaitingApp.size > 0;
  }

  /** Finishes a trace when it is complete, or after a grace period when only one side has ended. */
  settle(openTrace: OpenTrace, hasProcesses: boolean): void {
    const isDone = openTrace.hasEndedAtProxy;
    if (openTrace.isComplete() || (isDone && !hasProcesses)) this.finish(openTrace);
    else if (isDone || openTrace.app === 'died') {
      if (isDone && !openTrace.withCalls) this.#awaitingApp.add(openTrace);
      this.finishLater(openTrace, GRACE_MS);
    }
  }

  /** Finishes a trace in `ms`, unless that is planned already or the run is over. */
  finishLater(openTrace: OpenTrace, ms: number): void {
    if (!this.#isOver) openTrace.timer ??= setTimeout(() => this.finish(openTrace), ms);
  }

  finish(openTrace: OpenTrace): void {
    this.#awaitingApp.delete(openTrace);
    clearTimeout(openTrace.timer);
    openTrace.timer = undefined;
    if (!openTrace.isWorthKeeping()) return this.#leaveOut(openTrace.trace.id);
    const late = openTrace.finished;
    const trace = this.#listener.finish(openTrace);
    if (!late) openTrace.finishedAt = performance.now();
    openTrace.finished = true;
    if (!late && !trace.outside) this.#remember(openTrace);
    this.#listener.finished(trace, late);
  }

  /** Counts what was added to a trace after its end in what is remembered. */
  grown(openTrace: OpenTrace, size: number): void {
    openTrace.size += size;
    const remembered = openTrace.finished
      ? this.#finished.find(({ id }) => id === openTrace.trace.id)
      : undefined;
    if (remembered === undefined) return;
    remembered.size += size;
    this.#finishedSize += size;
    this.#forgetOldest();
  }

  /** No trace is finished later from here on, because the run is over. */
  stopTimers(): void {
    this.#isOver = true;
  }

  /** Finishes the traces that are open or have late spans. */
  finishAll(): void {
    for (const openTrace of this.#byId.values()) {
      if (openTrace.timer !== undefined || !openTrace.finished) this.finish(openTrace);
    }
  }

  #leaveOut(id: string): void {
    this.#byId.delete(id);
    this.#listener.leftOut(id);
  }

  #remember({ trace: { id }, size }: OpenTrace): void {
    this.#finished.push({ id, size });
    this.#finishedSize += size;
    this.#forgetOldest();
  }

  #forgetOldest(): void {
    while (this.#finished.length > MAX_REMEMBERED || this.#isTooLarge()) {
      const oldest = this.#finished.shift()!;
      this.#finishedSize -= oldest.size;
      this.#byId.delete(oldest.id);
    }
  }

  #isTooLarge(): boolean {
    return this.#finished.length > 1 && this.#finishedSize > MAX_REMEMBERED_SIZE;
  }
}
