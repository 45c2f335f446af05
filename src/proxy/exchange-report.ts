/** Report of a request to the observer: its start, and its outcome. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { redactHeaders, redactUrl } from '../domain/redact.cjs';
import type { ExchangeEnd, ProxyObserver } from './observer.js';
import { epochMs } from './wall-clock.js';

/**
 * Reports one request; errors of the observer are swallowed, because profiling must not fail a
 * response.
 */
export class ExchangeReport {
  readonly id = randomUUID();
  readonly #observer: ProxyObserver;
  readonly #startedAt = performance.now();
  /** The client sent `X-Scooby-Record: 1`. */
  readonly #isMarked: boolean;
  /** Whether the observer hears of it; decided once, as that may be switched meanwhile. */
  readonly isRecorded: boolean;

  constructor(observer: ProxyObserver, req: IncomingMessage) {
    this.#observer = observer;
    this.#isMarked = req.headers['x-scooby-record'] === '1';
    this.isRecorded = observer.isRecorded?.(this.#isMarked) !== false;
  }

  start(req: IncomingMessage, path: string): void {
    if (!this.isRecorded) return;
    try {
      this.#observer.requestStarted({
        id: this.id,
        method: req.method!,
        url: redactUrl(path),
        start: epochMs(),
        headers: redactHeaders(req.rawHeaders),
        marked: this.#isMarked,
      });
    } catch {}
  }

  /** Reports the outcome; `response` is the app's response, if any. */
  end(response: IncomingMessage | undefined, outcome: Omit<ExchangeEnd, 'id' | 'duration'>): void {
    if (!this.isRecorded) return;
    const duration = performance.now() - this.#startedAt;
    const end: ExchangeEnd = { id: this.id, duration, ...outcome };
    if (response) end.headers = redactHeaders(response.rawHeaders);
    try {
      this.#observer.requestEnded(end);
    } catch {}
  }
}
