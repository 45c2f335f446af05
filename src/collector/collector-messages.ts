/** Messages between the launcher's thread and the collector's. */

import type { Latencies } from '../domain/latency.js';
import type { LinkLine } from '../domain/link.js';
import type { RequestLoss } from '../domain/losses.js';
import type { Profile } from '../domain/profile.js';
import type { FinishedRequest, Span, Trace } from '../domain/trace.js';
import type { OtlpSettings } from '../export/otlp-sender.js';
import type { JudgeOptions } from '../insight/judge.js';
import type { RequestFacts } from '../insight/metrics/request-facts.js';
import type { Exchange, ExchangeEnd } from '../proxy/observer.js';
import type { OpenOptions } from '../store/open.js';
import type { Sampling } from '../store/store.js';
import type { AppIdentity } from './link-server.js';
import type { SpoolPosition } from './spool.js';

/** A call of a trace by its index in the spans, and its start in ms, by which it is found where others moved it. */
export interface CallReference {
  span: number;
  start: number;
}

/** Settings of a collector, which has a store of its own. */
export interface CollectorSettings {
  /** The folder that file names in traces are relative to. */
  project: string;
  /** Packages in node_modules whose code counts as the app's. */
  packages?: string[];
  /** Path of the agent's own file, whose frames are neither the app's nor a library's. */
  agent: string;
  /** The project's decisions on its findings. */
  judgeOptions?: Pick<JudgeOptions, 'ignore' | 'limits'>;
  store: Pick<OpenOptions, 'db' | 'cwd' | 'ttl' | 'maxSize' | 'shared'>;
  run: NonNullable<Sampling['run']>;
  /** What is reported of each request: what `run` prints, or what `check` compares. */
  reports: 'requests' | 'facts' | 'none';
  /** ms by which the agent delays the answers to drivers. */
  delay?: Latencies;
  /** Latencies under which the facts are told. */
  latencies?: Latencies;
  /** OpenTelemetry collector to send finished requests to. */
  otlp?: OtlpSettings;
  /** Port at which spans of instrumented services are taken; 0: any. */
  otlpPort?: number;
}

/** Where the requests of a run are kept, and how they are judged, for those that it had not saved. */
export interface RecordedRun
  extends Pick<CollectorSettings, 'project' | 'packages' | 'judgeOptions' | 'run'> {
  /** Absolute path of the database. */
  database: string;
}

/**
 * Start or end of an exchange, in the order in which the proxy reported them. `isResent`: a collector
 * before this one has had it, and what it had read of its calls is lost.
 */
export type ExchangeReportItem = { start: Exchange; isResent?: true } | { end: ExchangeEnd };

/** To the collector; `n` numbers processes, and calls that are answered. */
export type ToCollector =
  | { t: 'exchanges'; items: ExchangeReportItem[] }
  /** `resume`: a collector before this one has read the process's lines up to there. */
  | { t: 'connected'; n: number; process: AppIdentity; folder: string; resume?: SpoolPosition | 'end' }
  | { t: 'woken' }
  | { t: 'disconnected'; n: number }
  /** A trace as JSON, its outline, or those calls of it. */
  | { t: 'find'; n: number; id: string; calls?: CallReference[]; isOutline?: true }
  /** A read of what this process itself keeps, by the name of the store's method. */
  | { t: 'read-store'; n: number; name: string; args: unknown[] }
  /** Adds up the profiles of requests into that of the last; answered by `found`. */
  | { t: 'addUp'; n: number; ids: string[]; kind: Profile['kind'] }
  /** The folder of a run whose launcher was killed. */
  | { t: 'recover'; folder: string; facts: RecordedRun }
  | { t: 'ping' }
  /** `losses`: requests that the collector was never told of. */
  | { t: 'finish'; losses: RequestLoss[] };

/** From the collector. */
export type FromCollector =
  /** `otlpUrl`: where spans of OpenTelemetry are taken. */
  | { t: 'ready'; place: string; kept: KeptIn; warnings: string[]; otlpUrl?: string }
  /**
   * Requests that are saved, lost with a warning, or left out (their number is `leftOut`); `facts`
   * also of those that have changed.
   */
  | { t: 'settled'; ids: string[]; requests: FinishedRequest[]; facts: RequestFacts[]; leftOut: number }
  /** A call of a request that the proxy has not reported, perhaps because it is held back. */
  | { t: 'wanted'; id: string }
  | { t: 'library'; library: DetectedLibrary }
  | { t: 'lost'; n: number }
  | { t: 'answer'; n: number; answer: Extract<LinkLine, { t: 'answer' }> }
  | { t: 'warn'; message: string }
  /** All are missing where there is no such trace, or no such calls in it. */
  | { t: 'found'; n: number; json?: string; calls?: FoundCalls; added?: number; trouble?: string }
  /** JSON of what was read; or why it could not be. */
  | { t: 'read-result'; n: number; json?: string; trouble?: string }
  | { t: 'read'; positions: [n: number, position: SpoolPosition][] }
  /** All lines of a process that has disconnected are read. */
  | { t: 'left'; n: number }
  | { t: 'pong' }
  | { t: 'finished' };

/** Where a run keeps its requests: others read a file and a shared store, but its memory by asking it. */
export type KeptIn = 'file' | 'memory' | 'shared';

/** Calls, and their trace without any. */
export interface FoundCalls {
  trace: Trace;
  spans: Span[];
}

/** A library of the app, and why its calls are not recorded, if so. */
export interface DetectedLibrary {
  name: string;
  version: string;
  trouble?: string;
}
