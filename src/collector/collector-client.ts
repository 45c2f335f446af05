/**
 * The collector as the launcher uses it: reports of the proxy and of the link go to its thread,
 * which nothing waits for, and its events come back.
 */

import { EventEmitter, once } from 'node:events';
import { UserError } from '../domain/errors.js';
import type { LinkLine } from '../domain/link.js';
import type { Profile } from '../domain/profile.js';
import type { RecordMark } from '../domain/record-marks.cjs';
import type { RequestAbout } from '../domain/record-rules.cjs';
import type { FinishedRequest } from '../domain/trace.js';
import type { RequestFacts } from '../insight/metrics/request-facts.js';
import type {
  Exchange,
  ExchangeEnd,
  HeldExchange,
  ProxyObserver,
  RecordDecision,
} from '../proxy/observer.js';
import { AppConnections } from './app-connections.js';
import { BacklogNotice } from './backlog-notice.js';
import type {
  CallReference,
  CollectorSettings,
  DetectedLibrary,
  FoundCalls,
  FromCollector,
  KeptIn,
  RecordedRun,
  ToCollector,
} from './collector-messages.js';
import { CollectorThread, type ThreadListener, type ThreadOptions } from './collector-thread.js';
import { ExchangeJournal } from './exchange-journal.js';
import { ExchangeQueue } from './exchange-queue.js';
import { HeldExchanges } from './held-exchanges.js';
import { KnownProcesses } from './known-processes.js';
import type { AppConnection } from './link-server.js';
import { PendingAnswers } from './pending-answers.js';
import { writeRecordedRun } from './recorded-run.js';
import type { SpoolPosition } from './spool.js';

/** Events of the collector; requests are reported once they are saved, or lost with a warning. */
export interface CollectorClientEvents {
  requests: [requests: FinishedRequest[]];
  /** Requests that made no calls were dropped, as they were to be. */
  leftOut: [];
  facts: [facts: RequestFacts[]];
  library: [library: DetectedLibrary];
  /** A line of a process was lost; emitted once per process. */
  lost: [connection: AppConnection];
  /** A process's answer to an order. */
  answer: [answer: Extract<LinkLine, { t: 'answer' }>, connection: AppConnection];
  warning: [message: string];
  /** A response ended, or the collector has finished. */
  progress: [];
}

type ReadResult = Omit<Extract<FromCollector, { t: 'read-result' }>, 't' | 'n'>;
type Found = Omit<Extract<FromCollector, { t: 'found' }>, 't' | 'n'>;

/** ms that a search of a trace waits for the collector. */
const FIND_MS = 3000;
/** The same of a read of the store: aggregates of all requests, or a wait for changes. */
const READ_MS = 9000;
/** ms between two looks at what waits. */
const BACKLOG_MS = 1000;
/** ms between two looks at a collector that finishes. */
const LOOK_MS = 1000;
/** Looks without news of it after which it is given up: counted, as the machine may have slept. */
const MAX_QUIET_LOOKS = 60;
/** Failures in a row from which a new collector leaves out what the failed one had to read. */
const MAX_REPLAYS = 2;

/** Note of requests whose calls the app may have had no room to write. */
const FULL_NOTE = 'the disk of the temporary folder was full; calls may be missing';

/** What tests replace. */
export interface ClientOptions extends ThreadOptions {
  /** ms between two looks at a collector that finishes. */
  lookMs?: number;
}

/** A run's collector, which outlives its thread. */
export class CollectorClient extends EventEmitter<CollectorClientEvents> implements ProxyObserver {
  /** Path of the store's data, or a phrase, for the banner. */
  readonly place: string;
  readonly kept: KeptIn;
  readonly #thread: CollectorThread;
  readonly #exchanges = new ExchangeQueue((items) => {
    this.#journal?.append(items);
    return this.#thread.post({ t: 'exchanges', items });
  });
  readonly #settings: CollectorSettings;
  #journal: ExchangeJournal | undefined;
  readonly #held = new HeldExchanges((count) => this.#noteLeftOut(count));
  #connections: AppConnections;
  #folder = '';
  #isFolderFull = false;
  readonly #processes = new KnownProcesses();
  readonly #reads = new PendingAnswers<ReadResult>();
  readonly #searches = new PendingAnswers<Found>();
  readonly #backlog = new BacklogNotice((message) => void this.emit('warning', message));
  readonly #backlogTimer: NodeJS.Timeout;
  /** Requests that were given up because the collector failed at them. */
  #failedRequests = 0;
  #state: 'running' | 'finishing' | 'finished' = 'running';
  /** Looks at the finishing collector since it last had news. */
  #quietLooks = 0;
  readonly #lookMs: number;

  /**
   * Starts the collector; resolves with it, with what it warns of, and with where it takes spans of
   * OpenTelemetry, once its store is open.
   * Rejects when its thread cannot be started.
   */
  static open(
    settings: CollectorSettings,
    options?: ClientOptions,
  ): Promise<{ collector: CollectorClient; warnings: string[]; otlpUrl?: string }> {
    return new Promise((resolve, reject) => {
      let client: CollectorClient | undefined;
      const listener: ThreadListener = {
        received(message) {
          if (client !== undefined) client.#received(message);
          else if (message.t === 'ready') {
            client = new CollectorClient(settings, thread, message, options?.lookMs);
            const { warnings, otlpUrl } = message;
            resolve({ collector: client, warnings, ...(otlpUrl !== undefined && { otlpUrl }) });
          }
        },
        failed(reason) {
          if (client !== undefined) return client.#failed(reason);
          thread.close();
          reject(new UserError(`the collector cannot be started: ${reason}`));
        },
        restarted(attempt) {
          if (client !== undefined) client.#restarted(attempt);
        },
      };
      const thread = new CollectorThread(settings, listener, options);
    });
  }

  private constructor(
    settings: CollectorSettings,
    thread: CollectorThread,
    { place, kept }: Extract<FromCollector, { t: 'ready' }>,
    lookMs = LOOK_MS,
  ) {
    super();
    this.#lookMs = lookMs;
    this.#settings = settings;
    this.#thread = thread;
    this.place = place;
    this.kept = kept;
    this.#connections = new AppConnections(settings.project, 'off');
    this.#backlogTimer = setInterval(() => this.#updateBacklog(), BACKLOG_MS).unref();
  }

  /** Reads what the connected processes write into the run's folder from now on. */
  follow(connections: AppConnections, folder: string): void {
    this.#connections = connections;
    this.#folder = folder;
    this.#journal = new ExchangeJournal(folder, () => this.#exchanges.pending());
    writeRecordedRun(folder, this.#settings);
    connections.on('connected', (connection) => {
      this.#postProcess(this.#processes.add(connection), connection);
    });
    connections.on('woken', () => this.#thread.post({ t: 'woken' }));
    connections.on('left', (_, connection) => {
      for (const n of this.#processes.left(connection)) {
        // What the proxy has reported of its requests comes first, and what it has held back.
        this.#held.releaseAll();
        this.#exchanges.flush();
        this.#thread.post({ t: 'disconnected', n });
      }
      this.emit('progress');
    });
  }

  /** Writes its own files again, after the run's folder was made anew. */
  folderRestored(): void {
    writeRecordedRun(this.#folder, this.#settings);
    this.#journal?.reopen();
  }

  /** Hears whether the disk of the run's folder is full: requests that run meanwhile say so. */
  folderFull(isFull: boolean): void {
    this.#isFolderFull = isFull;
  }

  /** Saves what a killed launcher has left in a folder, which it removes, and warns of that. */
  recover(folder: string, facts: RecordedRun): void {
    this.#thread.post({ t: 'recover', folder, facts });
  }

  decide(mark: RecordMark, about: RequestAbout): RecordDecision {
    return this.#connections.recordingSwitch.decide(mark, about);
  }

  profileWish(id: string, method: string, url: string): string | undefined {
    return this.#connections.profiles.take(id, method, url);
  }

  startProfile(id: string, wish: string): Promise<string | undefined> {
    return this.#connections.profiles.start(id, wish);
  }

  hold(exchange: HeldExchange): void {
    this.#held.hold(exchange);
  }

  heldEnded(id: string, isFailed: boolean): void {
    if (isFailed) this.#held.release(id);
    else this.#held.ended(id);
  }

  requestStarted(exchange: Exchange): void {
    this.#exchanges.started(
      this.#isFolderFull ? { ...exchange, notes: [...(exchange.notes ?? []), FULL_NOTE] } : exchange,
    );
  }

  requestEnded(end: ExchangeEnd): void {
    this.#exchanges.ended(this.#isFolderFull ? { note: FULL_NOTE, ...end } : end);
    this.#connections.profiles.end(end.id);
    this.emit('progress');
  }

  /** Waits at most `maxMs` until all processes have disconnected and all responses have ended. */
  async waitUntilQuiet(maxMs: number): Promise<void> {
    const deadline = AbortSignal.timeout(maxMs);
    const isQuiet = () => this.#connections.all.length === 0 && this.#exchanges.open === 0;
    while (!isQuiet() && !deadline.aborted) {
      await once(this, 'progress', { signal: deadline }).catch(() => {});
    }
  }

  /** Public JSON of a trace, saved or waiting to be; undefined where there is none. */
  async find(id: string): Promise<string | undefined> {
    return (await this.#search(id)).json;
  }

  /** Public JSON of a trace without what makes it long; undefined where there is none. */
  async findOutline(id: string): Promise<string | undefined> {
    return (await this.#ask((n) => ({ t: 'find', n, id, isOutline: true }))).json;
  }

  /** Calls of a trace; undefined where one of them is not there. */
  async findCalls(id: string, calls: CallReference[]): Promise<FoundCalls | undefined> {
    return (await this.#search(id, calls)).calls;
  }

  /** Adds up the profiles of requests into that of the last; resolves with how many have one. */
  async addUpProfiles(ids: string[], kind: Profile['kind']): Promise<number> {
    return (await this.#ask((n) => ({ t: 'addUp', n, ids, kind }))).added ?? 0;
  }

  #search(id: string, calls?: CallReference[]): Promise<Found> {
    this.#held.release(id);
    return this.#ask((n) => ({ t: 'find', n, id, ...(calls && { calls }) }));
  }

  async #ask(question: (n: number) => ToCollector): Promise<Found> {
    this.#exchanges.flush();
    const found = await this.#searches.ask(FIND_MS, {}, (n) => this.#thread.post(question(n)));
    if (found.trouble !== undefined) throw new Error(found.trouble);
    return found;
  }

  /** Reads what the run keeps in its own memory; rejects where it keeps nothing there. */
  async read(name: string, args: unknown[]): Promise<unknown> {
    const late = { trouble: 'the collector does not answer' };
    const { json, trouble } = await this.#reads.ask(READ_MS, late, (n) =>
      this.#thread.post({ t: 'read-store', n, name, args }),
    );
    if (trouble !== undefined) throw new Error(trouble);
    return json === undefined ? undefined : JSON.parse(json);
  }

  /**
   * Has everything read and saved; resolves when that is done, or the collector has failed, or has had
   * no news for a minute.
   */
  async finish(): Promise<void> {
    if (this.#state !== 'running') return;
    this.#state = 'finishing';
    clearInterval(this.#backlogTimer);
    this.#backlog.end(this.#exchanges.behind, this.#exchanges.refused);
    this.#held.releaseAll();
    this.#exchanges.flush();
    this.#postFinish();
    const looks = setInterval(() => this.#lookAtFinish(), this.#lookMs);
    while (this.#state === 'finishing') await once(this, 'progress');
    clearInterval(looks);
  }

  #postFinish(): void {
    const losses = [
      { requests: this.#exchanges.refused, reason: 'more came than could be recorded' },
      { requests: this.#failedRequests, reason: 'the collector failed at them' },
    ];
    this.#thread.post({ t: 'finish', losses: losses.filter(({ requests }) => requests > 0) });
  }

  #lookAtFinish(): void {
    if (++this.#quietLooks > MAX_QUIET_LOOKS) this.#failed('it does not finish');
  }

  /** Requests whose response has ended, and which are not saved yet. */
  get behind(): number {
    return this.#exchanges.behind;
  }

  #updateBacklog(): void {
    this.#backlog.update(this.#exchanges.behind, this.#exchanges.refused);
  }

  #received(message: FromCollector): void {
    if (message.t === 'settled' || message.t === 'left') this.#quietLooks = 0;
    switch (message.t) {
      case 'settled':
        this.#exchanges.settle(message.ids);
        if (message.leftOut > 0) this.#noteLeftOut(message.leftOut);
        if (message.requests.length > 0) this.emit('requests', message.requests);
        if (message.facts.length > 0) this.emit('facts', message.facts);
        return;
      case 'wanted':
        return this.#held.release(message.id);
      case 'library':
        return void this.emit('library', message.library);
      case 'lost':
        return this.#emitOf(message.n, (connection) => this.emit('lost', connection));
      case 'answer':
        return this.#emitOf(message.n, (connection) => this.emit('answer', message.answer, connection));
      case 'warn':
        return void this.emit('warning', message.message);
      case 'found':
        return this.#searches.answer(message.n, message);
      case 'read-result':
        return this.#reads.answer(message.n, message);
      case 'read':
        for (const [n, position] of message.positions)
          if (this.#processes.read(n, position)) this.#quietLooks = 0;
        return;
      case 'left':
        this.#processes.remove(message.n);
        return;
      case 'finished':
        return this.#finished();
    }
  }

  #noteLeftOut(count: number): void {
    this.#connections.recordingSwitch.droppedWithoutCalls(count);
    this.emit('leftOut');
  }

  #emitOf(n: number, emit: (connection: AppConnection) => void): void {
    const connection = this.#processes.connectionOf(n);
    if (connection !== undefined) emit(connection);
  }

  #postProcess(n: number, connection: AppConnection, resume?: SpoolPosition | 'end'): void {
    const { send: _, ...process } = connection;
    const folder = this.#folder;
    this.#thread.post({ t: 'connected', n, process, folder, ...(resume !== undefined && { resume }) });
  }

  #failed(reason: string): void {
    this.#searches.answerAll({});
    this.#reads.answerAll({ trouble: 'the collector has failed' });
    if (this.#state === 'running') {
      this.emit('warning', `the collector has failed (${reason}) and is started again; calls may be missing`);
      return;
    }
    const lost = this.#exchanges.clear();
    this.emit('warning', `the collector has failed (${reason}); ${lost} requests were not kept`);
    this.#finished();
  }

  #restarted(attempt: number): void {
    const isFresh = attempt > MAX_REPLAYS;
    if (isFresh) {
      const lost = this.#exchanges.clear();
      this.#failedRequests += lost;
      if (lost > 0) this.emit('warning', `${lost} requests at which the collector failed were not kept`);
    }
    for (const [n, { connection, hasLeft, position }] of this.#processes) {
      this.#postProcess(n, connection, isFresh ? 'end' : position);
      if (hasLeft) this.#thread.post({ t: 'disconnected', n });
    }
    this.#exchanges.resend();
    // A failed one does not hear of it.
    if (this.#state === 'finishing') this.#postFinish();
  }

  #finished(): void {
    this.#state = 'finished';
    this.#journal?.close();
    this.#thread.close();
    this.emit('progress');
  }
}
