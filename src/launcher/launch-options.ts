/** Options of a run, and the listener that receives its events. */

import type { AppServers } from '../collector/app-servers.js';
import type { CollectorClient } from '../collector/collector-client.js';
import type { Latencies } from '../domain/latency.js';
import type { GuestConfig, Recording, ServerAddress } from '../domain/link.js';
import type { LeftOut, RecordRules } from '../domain/record-rules.cjs';
import type { RedactRules } from '../domain/redaction.cjs';
import type { FinishedRequest } from '../domain/trace.js';
import type { ListenOptions } from '../proxy/listen.js';
import type { AgentOption } from './app-environment.js';
import type { OutputSink } from './output-sink.js';

/** Page of a run. */
export interface RunPage {
  /** URL without the token. */
  url: string;
  /** URL that opens it in a browser; `place` is a place in it: `/r/<id>`. */
  link(place?: string): string;
}

/** Options of a run. */
export interface LaunchOptions {
  command: string[];
  env: NodeJS.ProcessEnv;
  /** The folder that file names in traces are relative to. */
  project: string;
  /** Packages in node_modules whose code counts as the app's. */
  packages?: string[];
  /** ms by which the answers to drivers are delayed, by kind or library. */
  delay?: Latencies;
  /** What is masked besides, or left readable, in the app's processes; the launcher's are its own. */
  redact?: RedactRules;
  /** Instruments of the project's own. */
  guests?: GuestConfig[];
  /** The app gets a `traceparent` below the span of each recorded request. */
  isTraceParent?: boolean;
  /** Calls to services on this machine carry a `traceparent`. */
  tracesServices?: boolean;
  /** Path of the agent's bundle. */
  agent: string;
  record: Recording;
  /** What is recorded in the mode `all`; missing: each request. */
  rules?: RecordRules;
  /** Whether responses have a Server-Timing header; default true. */
  serverTiming?: boolean;
  /** Path of the script of the badge that documents get; missing: none do. */
  badge?: string;
  collector: CollectorClient;
  /** Path of the database, beside which other terminals find this run. */
  database: string;
  /** Address of the proxy; without `port` it takes the port that the app listens on. */
  listenAt: Omit<ListenOptions, 'port'> & { port?: number };
  /** Port that the app is moved off; 0: the first port it listens on. */
  takePort?: number;
  /** Address of the app; detected by the agent when missing. */
  upstream?: ServerAddress;
  /** ms that a request waits for the app to listen. */
  wait: number;
  allowHosts?: string[];
  /** Bearer token with which other machines may read recorded requests. */
  readToken?: string;
  /** Why the agent may not be in the app, with remedies; asked once nothing has listened for a while. */
  startProblems?: () => string[];
  agentBy?: AgentOption;
  /** The page of the run, which is served by another process; missing: there is none. */
  page?: RunPage;
  /** Receives the app's output; without it the app inherits the terminal. */
  sink?: OutputSink;
}

/** Receives the events of a run, to show them to the user. */
export interface LaunchListener {
  servers: AppServers;
  /** The proxy listens at `url`, before the app does. */
  proxyListening(url: string): void;
  /** The app listens, and `url` is the proxy's. */
  appListening(url: string): void;
  libraryDetected(library: { name: string; version: string; trouble?: string }): void;
  requestFinished(request: FinishedRequest): void;
  /** The first request was left out for want of calls, or the run is over. */
  requestsLeftOut?(leftOut: LeftOut, isRunOver: boolean): void;
  warn(message: string): void;
  /** Another terminal changed or restarted the run. */
  notify(message: string): void;
  runEnded(): void;
}
