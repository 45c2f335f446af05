/** Messages on the link between the agent (in the app) and the launcher. */

import type { KindFacts, LibraryFacts } from './library.js';
import type { Profile } from './profile.js';
import type { RecordRules } from './record-rules.cjs';
import type { RedactRules } from './redaction.cjs';
import type { Headers, Kind } from './trace.js';

/** Recorded requests: all, those with a mark (`X-Scooby-Record: 1`), or none. */
export type Recording = 'all' | 'marked' | 'off';

type ProfileKind = Profile['kind'];

/** Address of a listening server of the app. */
export interface ServerAddress {
  protocol: 'http' | 'https' | 'h2' | 'h2c';
  host?: string;
  port?: number;
  /** A unix socket instead of host and port. */
  path?: string;
  /** Port that the app wanted, when the agent moved it to another port. */
  wanted?: number;
}

/** Signs by which the app's own server is told from those beside it (metrics, hot reload). */
export interface ServerSigns {
  /** Names of the environment variables that hold its port: `PORT`, `METRICS_PORT`. */
  variables?: string[];
  /** The app has named the port: it is the same at the next start. */
  fixed?: true;
  /**
   * Not for a browser to open. `upgrades`: it serves websockets only; `operations`: metrics or
   * health checks only; `unseen`: its process has no agent, as the launcher finds;
   * `reload`: a dev server reloads pages by it, and is about to open another one.
   */
  beside?: 'upgrades' | 'operations' | 'unseen' | 'reload';
}

/**
 * Configuration file in the run folder, written by the launcher and read by the agent at its start.
 */
export interface RunConfig {
  /** Path of the link's unix socket. */
  socket: string;
  /** Credential of the first message on the link: other processes are refused. */
  token: string;
  /** Value of `X-Scooby-Secret` on requests from scooby's own proxy. */
  secret: string;
  /** Key of the proofs by which apps of this run, and of others of its database, know each other's requests. */
  parentKey: string;
  record: Recording;
  /** What is recorded in the mode `all`; missing: all requests. */
  rules?: RecordRules;
  /** Calls to services on this machine carry a `traceparent`. */
  tracesServices?: true;
  /** False where responses are to have no Server-Timing. */
  serverTiming?: false;
  /**
   * Port that the proxy takes over; the app is moved to another. 0: the first port it listens on.
   */
  takePort?: number;
  /** Packages in node_modules whose code counts as the app's; `@acme/*` stands for a scope. */
  packages?: string[];
  /** ms by which the answers to drivers are delayed: by library, by kind, or for `all`. */
  delay?: Record<string, number>;
  /** What the project masks besides, or leaves readable. */
  redact?: RedactRules;
  /** Instruments of the project's own, by the configuration file that names them. */
  guests?: GuestConfig[];
}

/** Instruments of the project's own, as a configuration file names them. */
export interface GuestConfig {
  /** Absolute path of the configuration file: modules are resolved from there. */
  from: string;
  /** CommonJS files, or packages. */
  instruments?: string[];
  watch?: WatchedExport[];
  kinds?: KindFacts[];
}

/** A function of a module, whose calls are recorded. */
export interface WatchedExport {
  /** A package, a file of one, or a file of the app. */
  module: string;
  /** Path from the module's exports: `Client.prototype.query`. */
  export: string;
  /** Default: `span`. */
  kind?: string;
  /** Name of its spans, with `{arg0}` for an argument; default: the path. */
  name?: string;
  /** True where the last argument is called when it is done. */
  callback?: boolean;
}

/** A frame as it is sent: number, function, file, line and column, then where its function begins. */
export type FrameLine = [number, string, string, number, number, ...number[]];

/**
 * One message on the link, one JSON object a line. The socket carries `hello`, `listen`, `unlisten`
 * and `wake`; all others go into the file `<pid>-<thread>-<part>.lines` beside it. Instants (`at`) are whole µs
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
  | ({ t: 'listen'; signs?: ServerSigns } & ServerAddress)
  /** The app has printed a port, of a server beside its own by the words around it. */
  | { t: 'printed'; port: number; beside?: true }
  | { t: 'unlisten'; port?: number; path?: string }
  /**
   * A package was loaded; sent before its first span. `library` is the name in its spans, if
   * different.
   */
  | ({ t: 'library'; name: string; version: string; trouble?: string; library?: string } & LibraryFacts)
  /**
   * Source map (JSON) of a script that exists only in the app's memory (tsx, ts-node); before its
   * first frame. Empty: it is evaluated, and no map of it is known.
   */
  | { t: 'map'; file: string; map: string }
  /**
   * New frames: `[number, function, file, line, column]`, and of the app's functions the line and
   * column at which the function is written. File names are V8's.
   */
  | { t: 'frames'; frames: FrameLine[] }
  /** New stack: numbers of its frames, innermost first. */
  | { t: 'stack'; n: number; frames: number[] }
  /** A request, or a unit: then `method` is its kind, `url` its name. */
  | {
      t: 'open';
      id: string;
      at: number;
      method: string;
      url: string;
      headers?: Headers;
      /** Of a unit: the request that began its consumer. */
      parent?: string;
      /** Of a unit: key of the `cause` line of the request that handed its work over. */
      cause?: string;
      /** Of a unit: number of the stack of its registration, whose line is part of its name. */
      stack?: number;
      /** True if it is kept only where it makes calls. */
      withCalls?: true;
    }
  /** A request has started a thread of this process. */
  | { t: 'thread'; thread: number; id: string }
  /** A request has handed over the work that a unit with this key runs, in any process. */
  | { t: 'cause'; key: string; id: string }
  | {
      t: 'span';
      /** Id of the trace; missing for a span outside any request. */
      id?: string;
      /** Sequence number in the process; a span sent again keeps its number. */
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
      /** Number of a stack sent earlier. */
      stack?: number;
      /** True if another process or thread serves the request. */
      remote?: true;
    }
  /** A span, already sent while running, turned out to be part of another span: it is discarded. */
  | { t: 'withdrawn'; id?: string; n: number }
  | {
      t: 'close';
      id: string;
      at: number;
      status?: number;
      aborted?: boolean;
      /** True if another process answers it, whose `close` has the route. */
      handed?: boolean;
      /** Instant of the last JSON that tells of an error, if a call had failed before. */
      answeredError?: number;
      /** Of a unit: the error that it ended with. */
      error?: string;
      parent?: string;
      route?: string;
      handler?: string;
      /** Number of the stack of the route's registration. */
      stack?: number;
      params?: Record<string, string>;
    }
  /** An error of a request; sent again with the same `n` where it turned out to end the process. */
  | ({
      t: 'error';
      id: string;
      n: number;
      at: number;
      /** What has it: a framework, `uncaughtException` or `unhandledRejection`. */
      by: string;
      fatal?: true;
      /** True where the app's process maps the positions of stacks to their sources. */
      mapped?: true;
      /** Number of the span of the call that failed with it. */
      span?: number;
      causes?: ErrorCause[];
    } & ErrorCause)
  | { t: 'dropped'; id?: string; spans: number }
  /**
   * Part of a request's profile; the last has `end`. Functions: name, script, line and column, which
   * are V8's, 1-based. Nodes: function, parent's node (-1: none), and pairs of a line and the weight
   * there. Samples: node, weight, and µs after the line's `at`. Weights are µs, or bytes. A refused
   * profile has one line.
   */
  | {
      t: 'profile';
      id: string;
      kind: ProfileKind;
      functions?: [string, string, number, number][];
      nodes?: number[][];
      at?: number;
      samples?: [number, number, number][];
      end?: {
        /** Weight that a sample stands for. */
        interval: number;
        others?: number;
        outside?: number;
        offCpu?: number;
        notes?: string[];
      };
      refused?: string;
    }
  /** On the socket: the profiler, or debugger, runs for that request, or why it does not. */
  | { t: 'profiling'; id: string; refused?: string }
  /** Result of the order with that number: rows per statement, or the reason for their absence. */
  | { t: 'answer'; n: number; rows?: Record<string, unknown>[][]; trouble?: ExplainTrouble; message?: string }
  /** The process continues in its next file. */
  | { t: 'next' }
  /**
   * On the socket alone, never in a file: certificate of a server, asked for by its port or path; each
   * part in base64, none where the agent does not know it.
   */
  | ({ t: 'certificate'; at: number | string } & AppCertificate)
  /** On the socket: the process cannot write its file, and records nothing. */
  | { t: 'mute' }
  /** On the socket: new lines are in the file. */
  | { t: 'wake' };

/** Function, file, line and column of a frame of an error's stack, in the words of V8. */
export type ErrorFrame = [name: string, file: string, line: number, column: number];

/** An error, or what one was caused by; `name` is empty where what was thrown is no error. */
export interface ErrorCause {
  name: string;
  message: string;
  code?: string;
  /** HTTP status that it asks for. */
  status?: number;
  /** Innermost first. */
  frames?: ErrorFrame[];
}

/** Certificate of a TLS server of the app, as it was given to Node. */
export interface AppCertificate {
  key?: string[];
  cert?: string[];
  pfx?: string[];
  passphrase?: string;
}

/** Message from the launcher to the agent. */
export type LinkOrder =
  | { t: 'record'; record: Recording }
  /**
   * Local servers under scooby: requests to them carry the id of the calling trace; those that are
   * sent on to a server of the process's own threads and children (`workers`) stay that trace.
   */
  | ({ t: 'peers' } & PeerAddresses & { workers?: PeerAddresses })
  /** The proxy has a client of TLS, and asks for the certificate of the server at a port or path. */
  | { t: 'certificate'; at: number | string }
  /**
   * The request of that id is about to come, and is to be profiled; `more`: the same is about to be
   * ordered for another one.
   */
  | { t: 'profile'; id: string; kind: ProfileKind; more?: true }
  /**
   * The request of that id is about to come, and the variables are to be read of the functions that
   * make its call of that index, and calls near it. Answered by `profiling`.
   */
  | { t: 'locals'; id: string; call: number }
  /** That request has ended at the proxy: it does not come any more, if it has not. */
  | { t: 'profiled'; id: string }
  | ExplainOrder;

/** Addresses of local servers under scooby. */
export interface PeerAddresses {
  ports: number[];
  /** Unix sockets. */
  paths?: string[];
}

/** Statements to run on the app's database, on the pool of the explained statement or its like. */
export interface ExplainOrder {
  t: 'ask';
  /** Number of the order; repeated in its `answer`. */
  n: number;
  library: string;
  /**
   * Server-side id of the connection that ran the statement; without it any pool of the library.
   */
  connection?: number;
  /** Statements around `ask`: make the session read-only and time-limited, and restore it. */
  before: string[];
  after: string[];
  /** `values` are JSON values or `{bytes: hex}`; with `digest` the reply has one DigestedRows. */
  ask: { sql: string; values?: unknown; digest?: RowDigest }[];
  /** Timeout in ms, once for getting a connection and once more for the result. */
  patience: number;
}

/** How rows are digested: the cells of their exact text, without the last `added` ones, are hashed. */
export interface RowDigest {
  /** Columns that are the key: names, or places, from the end where negative. */
  keys: (string | number)[];
  added: number;
}

/** Rows as their hashes, each with the texts of its key; null for a key that no column is known to be. */
export interface DigestedRows {
  columns: string[];
  rows: (string | null)[][];
  /** ms from the query to its last row. */
  ms: number;
}

/**
 * unseen: no known connection of the library · several: its connections lead to several databases ·
 * busy: no connection became free in time · slow: no result in time · refused: error of the
 * database or of the driver.
 */
export type ExplainTrouble = 'unseen' | 'several' | 'busy' | 'slow' | 'refused';
