/** Events that the proxy reports for each request it forwards. */

import type { Headers } from '../domain/trace.js';

/** A request that the proxy has received. */
export interface Exchange {
  /** UUID v4, the value of X-Scooby. */
  id: string;
  method: string;
  /** Path and query as sent to the app, with secrets redacted. */
  url: string;
  /** Epoch ms, with a fraction. */
  start: number;
  /** Request headers, with secrets redacted. */
  headers: Headers;
  /** The client sent `X-Scooby-Record: 1`. */
  marked: boolean;
  /** What the recording does not have, in sentences. */
  notes?: string[];
}

/** Outcome of a request. */
export interface ExchangeEnd {
  id: string;
  /**
   * ms until the last byte was sent to the client; for an upgrade, until the protocols were
   * switched.
   */
  duration: number;
  /** Status sent to the client, which may be that of an error page of the proxy. */
  status?: number;
  /** Response headers with secrets redacted; missing where the app did not respond. */
  headers?: Headers;
  /** The request was sent to the app. */
  reached: boolean;
  /** The client did not receive the whole response. */
  aborted?: boolean;
  /** The protocols were switched. */
  upgraded?: boolean;
}

/** Receiver of the events; its errors are swallowed, because profiling must not fail a response. */
export interface ProxyObserver {
  /**
   * True where a request is recorded; an unrecorded request is sent to the app without
   * X-Scooby-Secret.
   */
  isRecorded?(marked: boolean): boolean;
  /** What a request is to have by another wish than its header's: cpu, heap, light. */
  profileWish?(id: string, method: string, url: string): string | undefined;
  /**
   * Starts the profiler of the app for a request that is held meanwhile; resolves, within 2 s, with
   * what is not profiled, in a sentence.
   */
  startProfile?(id: string, wish: string): Promise<string | undefined>;
  requestStarted(exchange: Exchange): void;
  requestEnded(end: ExchangeEnd): void;
}
