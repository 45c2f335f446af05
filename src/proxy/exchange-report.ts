/** Report of a request to the observer: its start, and its outcome. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { markOfRequest } from '../domain/record-marks.cjs';
import { redactHeaders, redactUrl } from '../domain/redact.cjs';
import type { ExchangeEnd, ProxyObserver, RecordDecision } from './observer.js';
import { epochMs } from './wall-clock.js';

const RECORDED: RecordDecision = { isRecorded: true };

/**
 * Reports one request; errors of the observer are swallowed, because profiling must not fail a
 * response.
 */
export class ExchangeReport {
  readonly id = randomUUID();
  readonly #observer: ProxyObserver;
  readonly #startedAt = performance.now();
  readonly #isMarked: boolean;
  /** Whether the observer hears of it; decided once, as that may be switched meanwhile. */
  readonly decision: RecordDecision;

  /** `path` is that of the app, without marks. */
  constructor(observer: ProxyObserver, req: IncomingMessage, path: string) {
    this.#observer = observer;
    const mark = markOfRequest(req.url!, req.rawHeaders);
    this.#isMarked = mark === 'on';
    const protocol = req.headers['sec-websocket-protocol'];
    this.decision = observer.decide?.(mark, { method: req.method!, path, protocol }) ?? RECORDED;
  }

  start(req: IncomingMessage, path: string): void {
    if (!this.decision.isRecorded) return;
    try {
      this.#observer.requestStarted({
        id: this.id,
        method: req.method!,
        url: redactUrl(path),
        start: epochMs(),
        headers: redactHeaders(req.rawHeaders),
        marked: this.#isMarked,
        ...(this.decision.withCalls && { withCalls: true }),
      });
    } catch {}
  }

  /** Reports the outcome; `response` is the app's response, if any. */
  end(response: IncomingMessage | undefined, outcome: Omit<ExchangeEnd, 'id' | 'duration'>): void {
    if (!this.decision.isRecorded) return;
    const duration = performance.now() - this.#startedAt;
    const end: ExchangeEnd = { id: this.id, duration, ...outcome };
    if (response) end.headers = redactHeaders(response.rawHeaders);
    try {
      this.#observer.requestEnded(end);
    } catch {}
  }
}
