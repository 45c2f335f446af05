/** Messages on the link between the agent and the launcher. */

import type { LibraryFacts } from './library.js';
import type { Headers, Kind } from './trace.js';

/** Which requests are recorded: every one, those that carry `X-Scooby-Record: 1`, none. */
export type Recording = 'all' | 'marked' | 'off';

/** A server of the app that has begun to listen. */
export interface ServerAddress {
  protocol: 'http' | 'https' | 'h2' | 'h2c';
  host?: string;
  port?: number;
  /** A unix socket instead of host and port. */
  path?: string;
  /** The port the app asked for, when it was moved to another one. */
  wanted?: number;
}

/** What the launcher leaves in the run folder for the agent to read at its start. */
export interface RunConfig {
  /** Path of the link's unix socket. */
  socket: string;
  /** First word on the link, so that nobody else can speak on it. */
  token: string;
  /** Value of `X-Scooby-Secret` on requests that come from our proxy. */
  secret: string;
  record: Recording;
  /** Port that the proxy takes over; the app is moved off it. 0: the first one it asks for. */
  takePort?: number;
}

/**
 * One message on the link, one JSON object a line. The socket carries `hello` and `wake`; all others go into the file
 * `<pid>-<thread>-<part>.lines` beside it. Instants (`at`) are whole µs
 * since the process's `origin`; `duration` and `wait` are whole µs.
 */
export type LinkLine =
  | {
      t: 'hello';
      token: string;
      pid: number;
      ppid: number;
      /** worker_threads' threadId; 0 is the main thread. */
      thread: number;
      command: string;
      cwd: string;
      node: string;
      /** performance.timeOrigin: epoch ms, with a fraction. */
      origin: number;
    }
  | ({ t: 'listen' } & ServerAddress)
  | { t: 'unlisten'; port?: number; path?: string }
  /** A package was found, before its first span. `library` is what its spans name, where that is another name. */
  | ({ t: 'library'; name: string; version: string; trouble?: string; library?: string } & LibraryFacts)
  /** The source map, in JSON, of a script that exists only in the app's memory (tsx, ts-node); before its first frame. */
  | { t: 'map'; file: string; map: string }
  /** Frames first seen: `[number, function, file, line, column]`. Files as V8 names them. */
  | { t: 'frames'; frames: [number, string, string, number, number][] }
  /** A stack first seen: its frames' numbers, innermost first. */
  | { t: 'stack'; n: number; frames: number[] }
  | { t: 'open'; id: string; at: number; method: string; url: string; headers?: Headers }
  | {
      t: 'span';
      /** The trace; missing for a span outside any request. */
      id?: string;
      /** Counts up in the process; a span that is sent again has its old number. */
      n: number;
      kind: Kind;
      library: string;
      name: string;
      at: number;
      detail?: Record<string, unknown>;
      duration?: number;
      wait?: number;
      rows?: number;
      error?: string;
      /** Number of a stack sent before. */
      stack?: number;
    }
  /** A span that was told while it ran turned out to be part of another one. */
  | { t: 'withdrawn'; id?: string; n: number }
  | {
      t: 'close';
      id: string;
      at: number;
      status?: number;
      aborted?: boolean;
      parent?: string;
      route?: string;
      handler?: string;
      /** Number of the stack in which the route was registered. */
      stack?: number;
      params?: Record<string, string>;
    }
  | { t: 'dropped'; id?: string; spans: number }
  /** What came of the order with that number: per statement asked its rows, or why there are none. */
  | { t: 'answer'; n: number; rows?: Record<string, unknown>[][]; trouble?: ExplainTrouble; message?: string }
  /** The lines go on in the process's next file. */
  | { t: 'next' }
  /** On the socket: there is something to read. */
  | { t: 'wake' };

/** What the launcher says to the agent. */
export type LinkOrder =
  | { t: 'record'; record: Recording }
  /** Ports on this machine at which apps under scooby answer: these are told which request calls them. */
  | { t: 'peers'; ports: number[] }
  | ExplainOrder;

/** Asks the database of the app, on a connection of the pool that ran a statement, or on one like it. */
export interface ExplainOrder {
  t: 'ask';
  /** The answer carries it. */
  n: number;
  library: string;
  /** The server's id of the connection that ran the statement; without it any of the library is meant. */
  connection?: number;
  /** Run around what is asked: they make it read-only and bounded, and take that back. */
  before: string[];
  after: string[];
  /** `values` are JSON's, and `{bytes: hex}`. */
  ask: { sql: string; values?: unknown }[];
  /** ms until a connection has to be there, and from then on until the answer. */
  patience: number;
}

/**
 * unseen: no connection of that library is known · several: they lead to several databases · busy: none got free in time ·
 * slow: no answer in time · refused: the database or the driver says no.
 */
export type ExplainTrouble = 'unseen' | 'several' | 'busy' | 'slow' | 'refused';
