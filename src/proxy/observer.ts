/** Events that the proxy reports for each request it forwards. */

import type { RecordMark } from '../domain/record-marks.cjs';
import type { RequestAbout } from '../domain/record-rules.cjs';
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
  /** The client has marked it: `X-Scooby-Record: 1`, or a parameter or cookie that says so. */
  marked: boolean;
  /** It is kept only where it makes calls. */
  withCalls?: true;
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
  /** What the response does not have, in a sentence. */
  note?: string;
}

/** Whether a request is recorded, and what the agent is told of that. */
export interface RecordDecision {
  isRecorded: boolean;
  withCalls?: true;
  /**
   * Value of X-Scooby-Record for the agent, which takes it out; missing where it needs none. 0: it is
   * left out while others are recorded; calls: it is kept only where it makes calls.
   */
  told?: '0' | 'calls';
}

/** A request of which nothing was reported yet. */
export interface HeldExchange {
  readonly id: string;
  /** Reports its start, and its end once it has ended. */
  release(): void;
}

/** Receiver of the events; its errors are swallowed, because profiling must not fail a response. */
export interface ProxyObserver {
  /**
   * Decides whether a request is recorded, by default each; an unrecorded request is sent to the app
   * without X-Scooby-Secret.
   */
  decide?(mark: RecordMark, about: RequestAbout): RecordDecision;
  /** What a request is to have by another wish than its header's: cpu, heap. */
  profileWish?(id: string, method: string, url: string): string | undefined;
  /**
   * Starts the profiler of the app for a request that is held meanwhile; resolves, within 2 s, with
   * what is not profiled, in a sentence.
   */
  startProfile?(id: string, wish: string): Promise<string | undefined>;
  /**
   * Holds back a request that is kept only with calls: it is reported when it is released, if ever.
   * Without this, it is reported like any other.
   */
  hold?(exchange: HeldExchange): void;
  /** A held request has ended; `isFailed` where it is kept without calls as well. */
  heldEnded?(id: string, isFailed: boolean): void;
  requestStarted(exchange: Exchange): void;
  requestEnded(end: ExchangeEnd): void;
}
