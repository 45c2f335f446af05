/** What the proxy tells about each request while it passes. */

import type { Headers } from '../domain/trace.js';

/** A request that has come in. */
export interface Exchange {
  /** UUID v4, the request's X-Scooby. */
  id: string;
  method: string;
  /** Path and query as sent to the app, secrets redacted. */
  url: string;
  /** Epoch ms, with a fraction. */
  start: number;
  /** Secrets redacted. */
  headers: Headers;
  /** The client sent `X-Scooby-Record: 1`. */
  marked: boolean;
}

/** How a request ended. */
export interface ExchangeEnd {
  id: string;
  /** ms until the last byte was handed over; for an upgrade, until the protocols were switched. */
  duration: number;
  /** What the client was told, also by our own pages. */
  status?: number;
  /** Secrets redacted; missing where the app did not answer. */
  headers?: Headers;
  /** The app was handed the request. */
  reached: boolean;
  /** The client did not get the whole response. */
  aborted?: boolean;
  /** The protocols were switched. */
  upgraded?: boolean;
}

/** Is told of every request; what it throws is swallowed, because profiling must not fail a response. */
export interface ProxyObserver {
  /** Answers whether a request with or without the mark is recorded; the app is told nothing of one that is not. */
  records?(marked: boolean): boolean;
  opened(exchange: Exchange): void;
  ended(ending: ExchangeEnd): void;
}
