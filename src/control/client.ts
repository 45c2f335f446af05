/** How another terminal reaches the launcher of a run that is alive: `reach(database)`, then ask. */

import { connect, type Socket } from 'node:net';
import { readMessages, writeMessage } from '../collector/socket-lines.js';
import type { Recording, ServerAddress } from '../domain/link.js';
import type { ExplainOptions, StatementPlan } from '../explain/explain-request.js';
import { type RunRecord, runRecords } from './registry.js';

/** A run that is alive. */
export type LivingRun = Omit<RunRecord, 'socket' | 'token'>;

/** How a run stands. */
export interface RunStatus {
  run: LivingRun;
  record: Recording;
  /** The proxy's; missing until it listens. */
  url?: string;
  /** Where requests go; missing while nothing listens. */
  upstream?: ServerAddress;
  /** starting: nothing listens yet, or any more. */
  app: 'starting' | 'listening' | 'restarting';
  /** Node processes of the app that are connected. */
  processes: { pid: number; command: string; cwd: string; node: string }[];
  libraries: { name: string; version: string; trouble?: string }[];
}

/** The run could not be reached or would not: `message` says why and what to do. */
export class ControlError extends Error {
  override name = 'ControlError';
}

const LONGEST_ANSWER = 16 * 1024 * 1024;
const CONNECT_MS = 5000;
const ASK_MS = 10_000;
/** An app may take its time to end. */
const RESTART_MS = 20_000;
/** Three questions to the database, each with its own patience. */
const EXPLAIN_MS = 40_000;

/** Answers the runs that record to that database now, newest first. */
export function livingRuns(database: string): LivingRun[] {
  return runRecords(database).map(publicly);
}

/**
 * Answers a connection to a run that records to that database: the one with that id (or launcher's pid), else the newest.
 * Nothing when there is none.
 */
export async function connectToRun(database: string, run?: string | number): Promise<RunControl | undefined> {
  for (const note of runRecords(database)) {
    if (run !== undefined && note.id !== run && note.pid !== run) continue;
    const socket = await opened(note.socket);
    if (socket !== undefined) return new RunControl(note, socket);
  }
  return undefined;
}

function publicly({ socket: _, token: __, ...run }: RunRecord): LivingRun {
  return run;
}

/** A launcher that was killed leaves its socket behind, at which nobody answers. */
function opened(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const patience = setTimeout(() => socket.destroy(), CONNECT_MS);
    const failed = () => resolve(undefined);
    socket.once('error', failed).once('close', failed);
    socket.once('connect', () => {
      clearTimeout(patience);
      socket.off('error', failed).off('close', failed);
      resolve(socket);
    });
  });
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
  patience: NodeJS.Timeout;
}

/** A connection to one run. Every question rejects with a ControlError when the run is gone, does not answer or refuses. */
export class RunControl {
  readonly run: LivingRun;
  #socket: Socket;
  #waiting = new Map<number, Waiting>();
  #asked = 0;
  #closed = false;
  #closing: (() => void)[] = [];

  constructor(note: RunRecord, socket: Socket) {
    this.run = publicly(note);
    this.#socket = socket;
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#ended());
    readMessages(socket, LONGEST_ANSWER, (line) => this.#answered(line));
    writeMessage(socket, { token: note.token });
  }

  /** Answers how the run stands. */
  status(): Promise<RunStatus> {
    return this.#ask('status', {}, ASK_MS) as Promise<RunStatus>;
  }

  /** Has other requests recorded from now on, and answers how the run stands then. */
  record(record: Recording): Promise<RunStatus> {
    return this.#ask('record', { record }, ASK_MS) as Promise<RunStatus>;
  }

  /** Ends the app as SIGTERM does and starts its command again behind the same proxy; resolves once it has been started. */
  restart(): Promise<RunStatus> {
    return this.#ask('restart', {}, RESTART_MS) as Promise<RunStatus>;
  }

  /**
   * Answers the plan of a call: the trace's id, and the call's index among its spans (from 0). `analyze` runs the
   * statement; `nulls` takes NULL for values that were not recorded.
   */
  explain(trace: string, span: number, wish: Partial<ExplainOptions> = {}): Promise<StatementPlan> {
    return this.#ask('explain', { trace, span, ...wish }, EXPLAIN_MS) as Promise<StatementPlan>;
  }

  /** Calls back once when the run has ended or the connection is closed; at once where that was before. */
  onClose(listener: () => void): void {
    if (this.#closed) listener();
    else this.#closing.push(listener);
  }

  close(): void {
    this.#socket.destroy();
  }

  #ask(verb: string, given: object, ms: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(gone());
      const id = ++this.#asked;
      const patience = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new ControlError(`scooby run (pid ${this.run.pid}) has not answered for ${ms / 1000} s.`));
      }, ms);
      this.#waiting.set(id, { resolve, reject, patience });
      writeMessage(this.#socket, { id, verb, with: given });
    });
  }

  #answered({ id, ok, error }: Record<string, unknown>): void {
    const waiting = this.#waiting.get(id as number);
    if (waiting === undefined) return;
    this.#waiting.delete(id as number);
    clearTimeout(waiting.patience);
    if (error === undefined) waiting.resolve(ok);
    else waiting.reject(new ControlError(String(error)));
  }

  #ended(): void {
    this.#closed = true;
    for (const { reject, patience } of this.#waiting.values()) {
      clearTimeout(patience);
      reject(gone());
    }
    this.#waiting.clear();
    for (const listener of this.#closing.splice(0)) listener();
  }
}

function gone(): ControlError {
  return new ControlError('scooby run has ended. Start the app again:  scooby run -- <command>');
}
