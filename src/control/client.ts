/**
 * Client of the control socket, by which other terminals query and control a running `scooby run`.
 */

import { connect, type Socket } from 'node:net';
import { readMessages, writeMessage } from '../collector/socket-lines.js';
import type { Recording, ServerAddress } from '../domain/link.js';
import type { Profile } from '../domain/profile.js';
import type { ProfileWish } from '../domain/profile-wish.js';
import type { LeftOut } from '../domain/record-rules.cjs';
import type { Trace } from '../domain/trace.js';
import type { ExplainOptions, StatementPlan } from '../explain/explain-request.js';
import type { LoopTrial, TrialOptions } from '../explain/loop-trial.js';
import { lengthRefusal } from '../insight/rewrite/finding-loops.js';
import type { ControlRequest } from './protocol.js';
import { type RunRecord, runRecords } from './registry.js';

type TraceWithCalls = Pick<Trace, 'id' | 'spans'>;

/** A running run, without its socket and token. */
export type LivingRun = Omit<RunRecord, 'socket' | 'token'>;

/** Status of a run. */
export interface RunStatus {
  run: LivingRun;
  record: Recording;
  /** URL of the proxy; missing until it listens. */
  url?: string;
  /** URL of the page, without its token; missing where there is none. */
  page?: string;
  /** Address of the app; missing while it does not listen. */
  upstream?: ServerAddress;
  /** starting: the app does not listen yet, or no longer. */
  app: 'starting' | 'listening' | 'restarting';
  /** Connected Node processes of the app. */
  processes: { pid: number; command: string; cwd: string; node: string }[];
  libraries: { name: string; version: string; trouble?: string }[];
  /** Requests that were not recorded, by reason; missing in runs of earlier versions. */
  leftOut?: LeftOut;
  /** Finished requests that wait to be recorded; missing in runs of earlier versions. */
  behind?: number;
}

/** A request to a run failed; `message` has the reason and the remedy. */
export class ControlError extends Error {
  override name = 'ControlError';
}

const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;
const CONNECT_MS = 5000;
const REQUEST_MS = 10_000;
/** Longer than KILL_AFTER_MS of child.ts and of orphans.ts together. */
const RESTART_MS = 20_000;
/** Up to three database queries, each with a timeout of its own (query-channel.ts). */
const EXPLAIN_MS = 40_000;

/** Runs that record to a database now, newest first. */
export function livingRuns(database: string): LivingRun[] {
  return runRecords(database).map(withoutSocket);
}

/**
 * Connects to the run with that id or launcher pid, by default to the newest run that records to
 * the database. Resolves with undefined when no run matches or responds.
 */
export async function connectToRun(database: string, run?: string | number): Promise<RunControl | undefined> {
  for (const runRecord of runRecords(database)) {
    if (run !== undefined && runRecord.id !== run && runRecord.pid !== run) continue;
    const socket = await openSocket(runRecord.socket);
    if (socket !== undefined) return new RunControl(runRecord, socket);
  }
  return undefined;
}

function withoutSocket({ socket: _, token: __, ...run }: RunRecord): LivingRun {
  return run;
}

/**
 * Resolves with undefined for a socket without a listener: a killed launcher leaves its socket
 * file.
 */
function openSocket(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const timer = setTimeout(() => socket.destroy(), CONNECT_MS);
    const onFailure = () => resolve(undefined);
    socket.once('error', onFailure).once('close', onFailure);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', onFailure).off('close', onFailure);
      resolve(socket);
    });
  });
}

interface PendingRequest {
  resolve(value: unknown): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/**
 * Connection to a run. Requests reject with a ControlError when the run has ended, times out or
 * refuses.
 */
export class RunControl {
  readonly run: LivingRun;
  #socket: Socket;
  #pending = new Map<number, PendingRequest>();
  #lastId = 0;
  #isClosed = false;
  #closeListeners: (() => void)[] = [];

  constructor(runRecord: RunRecord, socket: Socket) {
    this.run = withoutSocket(runRecord);
    this.#socket = socket;
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#onClosed());
    readMessages(socket, MAX_RESPONSE_BYTES, (line) => this.#onResponse(line));
    writeMessage(socket, { token: runRecord.token });
  }

  /** Status of the run. */
  status(): Promise<RunStatus> {
    return this.#request('status', {}, REQUEST_MS) as Promise<RunStatus>;
  }

  /** Changes which requests are recorded from now on; resolves with the new status. */
  record(record: Recording): Promise<RunStatus> {
    return this.#request('record', { record }, REQUEST_MS) as Promise<RunStatus>;
  }

  /**
   * Ends the app by SIGTERM and restarts its command behind the same proxy; resolves once it is
   * started.
   */
  restart(): Promise<RunStatus> {
    return this.#request('restart', {}, RESTART_MS) as Promise<RunStatus>;
  }

  /**
   * Plan of an SQL call, by the trace's id and the index of its span (from 0). `analyze` runs the
   * statement; `nulls` substitutes NULL for values that were not recorded.
   */
  explain(
    trace: TraceWithCalls,
    span: number,
    options: Partial<ExplainOptions> = {},
  ): Promise<StatementPlan> {
    const calls = callReferences(trace, [span]);
    return this.#request('explain', { ...calls, ...options }, EXPLAIN_MS) as Promise<StatementPlan>;
  }

  /** URL that opens the run's page in a browser; `place` is a place in it: `/r/<id>`. */
  pageLink(place?: string): Promise<string> {
    return this.#request('page', { ...(place !== undefined && { place }) }, REQUEST_MS) as Promise<string>;
  }

  /**
   * The one statement that would replace calls of a trace, tried on the app's database; see
   * `TrialOptions`.
   */
  async tryLoop(trace: TraceWithCalls, { spans, given }: TrialOptions): Promise<LoopTrial> {
    // More would not fit into a request either.
    const refusal = lengthRefusal(spans);
    if (refusal !== undefined) throw new Error(refusal);
    const calls = callReferences(trace, spans);
    return this.#request('tryLoop', { ...calls, given }, EXPLAIN_MS) as Promise<LoopTrial>;
  }

  /** A read of what the run keeps in its own memory. */
  read(name: string, args: unknown[]): Promise<unknown> {
    return this.#request('read', { name, args }, REQUEST_MS);
  }

  /**
   * Has the next request of a route or URL profiled; resolves with its id, or null when none has come
   * within `ms`.
   */
  profileNext(
    wanted: { method?: string; pattern: string; wish: ProfileWish },
    ms: number,
  ): Promise<string | null> {
    return this.#request('profileNext', { ...wanted, ms }, ms + REQUEST_MS) as Promise<string | null>;
  }

  /** Adds up the profiles of requests into that of the last; resolves with how many have one. */
  addUpProfiles(ids: string[], kind: Profile['kind']): Promise<number> {
    return this.#request('addUpProfiles', { ids, kind }, REQUEST_MS) as Promise<number>;
  }

  /** Calls `listener` once when the connection closes; immediately if it is closed already. */
  onClose(listener: () => void): void {
    if (this.#isClosed) listener();
    else this.#closeListeners.push(listener);
  }

  close(): void {
    this.#socket.destroy();
  }

  #request(command: string, params: Record<string, unknown>, ms: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(runEndedError());
      const id = ++this.#lastId;
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new ControlError(`scooby run (pid ${this.run.pid}) has not answered for ${ms / 1000} s.`));
      }, ms);
      this.#pending.set(id, { resolve, reject, timer });
      writeMessage(this.#socket, { id, verb: command, with: params } satisfies ControlRequest);
    });
  }

  #onResponse({ id, ok, error }: Record<string, unknown>): void {
    const pending = this.#pending.get(id as number);
    if (pending === undefined) return;
    this.#pending.delete(id as number);
    clearTimeout(pending.timer);
    if (error === undefined) pending.resolve(ok);
    else pending.reject(new ControlError(String(error)));
  }

  #onClosed(): void {
    this.#isClosed = true;
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(runEndedError());
    }
    this.#pending.clear();
    for (const listener of this.#closeListeners.splice(0)) listener();
  }
}

function runEndedError(): ControlError {
  return new ControlError('scooby run has ended. Start the app again:  scooby run -- <command>');
}

/** How the launcher is told of calls: by index, and by start, as a call that comes late moves the others. */
function callReferences({ id, spans }: TraceWithCalls, indices: number[]) {
  return { trace: id, calls: indices.map((span) => ({ span, start: spans[span]?.start ?? 0 })) };
}
