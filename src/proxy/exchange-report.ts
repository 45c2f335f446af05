/** Report of a request to the observer: its start, and its outcome. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { markOfRequest } from '../domain/record-marks.cjs';
import { redactHeaders, redactUrl } from '../domain/redact.cjs';
import type { ExchangeEnd, ProxyObserver, RecordDecision } from './observer.js';
import { epochMs } from './wall-clock.js';

const RECORDED: RecordDecision = { isRecorded: true };
const PROFILE_HEADER = 'x-scooby-profile';

/**
 * Reports one request; errors of the observer are swallowed, because profiling must not fail a
 * response.
 */
export class ExchangeReport {
  readonly id = randomUUID();
  readonly #observer: ProxyObserver;
  #startedAt = performance.now();
  readonly #isMarked: boolean;
  /** Whether the observer hears of it; decided once, as that may be switched meanwhile. */
  readonly decision: RecordDecision;
  /** Kind of profile that is asked for. */
  readonly profileWish: string | undefined;
  readonly #notes: string[] = [];
  #hasStarted = false;

  /** `path` is that of the app, without marks. */
  constructor(observer: ProxyObserver, req: IncomingMessage, path: string) {
    this.#observer = observer;
    const asked = req.headers[PROFILE_HEADER] as string | undefined;
    const mark = asked !== undefined ? 'on' : markOfRequest(req.url!, req.rawHeaders);
    this.#isMarked = mark === 'on';
    const protocol = req.headers['sec-websocket-protocol'];
    this.decision = observer.decide?.(mark, { method: req.method!, path, protocol }) ?? RECORDED;
    if (this.decision.isRecorded)
      this.profileWish = asked ?? observer.profileWish?.(this.id, req.method!, path);
  }

  /**
   * Has the app's profiler started, if the request asks for it: its time begins after that. Calls
   * back in any case, at once where there is nothing to wait for.
   */
  afterProfiler(onReady: () => void): void {
    const { profileWish: wish } = this;
    if (wish === undefined || this.#observer.startProfile === undefined) return onReady();
    this.#observer.startProfile(this.id, wish).then(
      (note) => {
        if (note !== undefined) this.#notes.push(note);
        this.#startedAt = performance.now();
        onReady();
      },
      () => onReady(),
    );
  }

  start(req: IncomingMessage, path: string): void {
    if (!this.decision.isRecorded) return;
    this.#hasStarted = true;
    try {
      this.#observer.requestStarted({
        id: this.id,
        method: req.method!,
        url: redactUrl(path),
        start: epochMs(),
        headers: redactHeaders(req.rawHeaders),
        marked: this.#isMarked,
        ...(this.decision.withCalls && { withCalls: true }),
        ...(this.#notes.length > 0 && { notes: this.#notes }),
      });
    } catch {}
  }

  /** Reports the outcome; `response` is the app's response, if any. */
  end(response: IncomingMessage | undefined, outcome: Omit<ExchangeEnd, 'id' | 'duration'>): void {
    // The app is told that a request will not come for which its profiler was started.
    if (!this.#hasStarted && this.profileWish === undefined) return;
    const duration = performance.now() - this.#startedAt;
    const end: ExchangeEnd = { id: this.id, duration, ...outcome };
    if (response) end.headers = redactHeaders(response.rawHeaders);
    try {
      this.#observer.requestEnded(end);
    } catch {}
  }
}
