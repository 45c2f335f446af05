/** Gathers what the app's processes and the proxy say into traces; a finished one is judged, kept and told. */

import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { LinkLine, Recording, ServerAddress } from '../domain/link.js';
import {
  type AppInfo,
  addToTotals,
  type Frame,
  type Headers,
  type RecordedTrace,
  roundToMicros,
  type Trace,
} from '../domain/trace.js';
import type { Exchange, ExchangeEnd, ProxyObserver } from '../proxy/observer.js';
import { AppProcess, type SaveSource } from './app-process.js';
import type { AppConnection, LinkListener } from './link-server.js';
import { OpenTrace } from './open-trace.js';
import { PeerPorts } from './peer-ports.js';

/** What a collector needs to know and to call. */
export interface CollectorOptions {
  /** The folder that files are relative to. */
  project: string;
  /** The agent's own file, whose frames are nobody's. */
  agent: string;
  record: Recording;
  keepSource: SaveSource;
  /** Decides call sites, shapes and findings; `lineOf` has the text of a frame's file, at its line or at another one. */
  finish(trace: RecordedTrace, lineOf: (frame: Frame, line?: number) => string | undefined): Trace;
}

/** What a collector tells: a trace is told when it is finished, and again when something came late. */
export interface CollectorEvents {
  trace: [trace: Trace, late: boolean];
  listen: [address: ServerAddress, app: AppInfo];
  unlisten: [address: Pick<ServerAddress, 'port' | 'path'>, app: AppInfo];
  library: [library: { name: string; version: string; trouble?: string }, app: AppInfo];
  left: [app: AppInfo];
  /** A line of a process was lost; told once a process. */
  lost: [app: AppInfo];
  /** What a process answers to an order. */
  answer: [answer: Extract<LinkLine, { t: 'answer' }>, peer: AppConnection];
  /** The client has its response, but the app's last lines of the request have not been read yet. */
  linesExpected: [];
  /** Something came to its end. */
  progress: [];
}

// The app tells that it has finished through another socket than the response's: it may come a little later.
const GRACE_MS = 300;
const LATE_MS = 100;
const OUTSIDE_MS = 500;
const MOST_OUTSIDE = 1000;
const MOST_REMEMBERED = 500;
// Half a line mostly has it, too.
const ID_IN_LINE = /"id":"([0-9a-f-]{36})"/;

/** Where traces come to be. */
export class Collector extends EventEmitter<CollectorEvents> implements ProxyObserver, LinkListener {
  #options: CollectorOptions;
  #gathered = new Map<string, OpenTrace>();
  /** Those that the client has got, and whose process has not told their end yet. */
  #awaited = new Set<OpenTrace>();
  #finished: string[] = [];
  #processes = new Map<AppConnection, AppProcess>();
  #outside = new Map<AppProcess, OpenTrace>();
  #peers = new PeerPorts();
  /** Processes of which a line was lost. */
  #lossy = new WeakSet<AppConnection>();
  #over = false;
  /** What is recorded has been changed: a process may have read the run's note before. */
  #switched = false;

  constructor(options: CollectorOptions) {
    super();
    this.#options = { ...options };
  }

  /** Answers whether a request with or without the mark is recorded. */
  isRecorded(marked: boolean): boolean {
    const { record } = this.#options;
    return record === 'all' || (record === 'marked' && marked);
  }

  requestStarted({ id, method, url, start, headers, marked }: Exchange): void {
    if (this.isRecorded(marked)) this.#open(id, true, { method, url, start, headers: { request: headers } });
  }

  requestEnded(ending: ExchangeEnd): void {
    const gathering = this.#gathered.get(ending.id);
    if (gathering === undefined) return;
    const { trace } = gathering;
    gathering.proxyDone = true;
    gathering.reached = ending.reached;
    gathering.unanswered = ending.aborted === true || ending.headers === undefined;
    trace.duration = roundToMicros(ending.duration);
    if (ending.status !== undefined) trace.status = ending.status;
    if (ending.aborted) trace.aborted = true;
    if (ending.headers !== undefined) trace.headers = { ...trace.headers!, response: ending.headers };
    this.#settle(gathering);
    if (!gathering.finished) this.emit('linesExpected');
    this.emit('progress');
  }

  awaits(): boolean {
    return this.#awaited.size > 0;
  }

  joined(peer: AppConnection): void {
    this.#peers.joined(peer);
    this.#processes.set(peer, new AppProcess(peer, this.#options.project, this.#options.agent));
    if (this.#switched) peer.send({ t: 'record', record: this.#options.record });
  }

  said(peer: AppConnection, line: LinkLine): void {
    const process = this.#processes.get(peer)!;
    switch (line.t) {
      case 'map':
        return process.learnMap(String(line.file), String(line.map));
      case 'frames':
        return process.learnFrames(line.frames);
      case 'stack':
        return process.learnStack(line.n, line.frames);
      case 'open':
        return this.#openedDirectly(process, line);
      case 'span':
        return line.id === undefined ? this.#ranOutside(process, line) : this.#ran(process, line);
      case 'withdrawn':
        return line.id === undefined ? undefined : this.#gathered.get(line.id)?.remove(line.n);
      case 'close':
        return this.#closedByApp(process, line);
      case 'dropped':
        return this.#dropped(process, line);
      case 'listen':
        this.#peers.arrived(peer, line);
        return void this.emit('listen', line, process.app);
      case 'unlisten':
        this.#peers.gone(peer, line.port);
        return void this.emit('unlisten', line, process.app);
      case 'answer':
        return void this.emit('answer', line, peer);
      case 'library':
        process.learnLibrary(line);
        return void this.emit('library', line, process.app);
    }
  }

  lost(peer: AppConnection, text: string): void {
    const process = this.#processes.get(peer)!;
    const id = ID_IN_LINE.exec(text)?.[1];
    this.#dropped(process, { t: 'dropped', ...(id !== undefined && { id }), spans: 1 });
    if (this.#lossy.has(peer)) return;
    this.#lossy.add(peer);
    this.emit('lost', process.app);
  }

  left(peer: AppConnection): void {
    const process = this.#processes.get(peer)!;
    this.#processes.delete(peer);
    this.#peers.left(peer);
    for (const gathering of this.#gathered.values()) {
      if (gathering.finished || gathering.appDone) continue;
      if (gathering.process === process) gathering.died = true;
      else if (gathering.process === undefined) gathering.mayHaveDied = true;
      else continue;
      this.#settle(gathering);
    }
    const outside = this.#outside.get(process);
    if (outside !== undefined) this.#finish(outside);
    this.#outside.delete(process);
    this.emit('left', process.app);
    this.emit('progress');
  }

  /** The processes that are connected, threads and all. */
  get peers(): AppConnection[] {
    return [...this.#processes.keys()];
  }

  /** Which requests are recorded. */
  get recording(): Recording {
    return this.#options.record;
  }

  /** From now on other requests are recorded; those that have begun stay as they are. */
  set recording(record: Recording) {
    this.#options.record = record;
    this.#switched = true;
    for (const peer of this.peers) peer.send({ t: 'record', record });
  }

  /** Waits, at most that many ms, until every process of the app has left and every response has been handed over. */
  async quiet(most: number): Promise<void> {
    await this.#until(
      () => this.#processes.size === 0 && ![...this.#gathered.values()].some(isAtProxy),
      most,
    );
  }

  /** Waits, at most that many ms, until every process of the app has left; answers whether they have. */
  deserted(most: number): Promise<boolean> {
    return this.#until(() => this.#processes.size === 0, most);
  }

  async #until(holds: () => boolean, most: number): Promise<boolean> {
    const deadline = AbortSignal.timeout(most);
    while (!holds() && !deadline.aborted) {
      await once(this, 'progress', { signal: deadline }).catch(() => {});
    }
    return holds();
  }

  /** Finishes what is still open, as far as it is known: the run is over. */
  end(): void {
    this.#over = true;
    for (const peer of [...this.#processes.keys()]) this.left(peer);
    for (const gathering of this.#gathered.values()) {
      if (gathering.timer !== undefined || !gathering.finished) this.#finish(gathering);
    }
  }

  #open(
    id: string,
    proxied: boolean,
    about: Pick<Trace, 'method' | 'url' | 'start' | 'headers' | 'outside'>,
  ): OpenTrace {
    const trace: RecordedTrace = { id, ...about, state: 'open', spans: [], findings: [], totals: {} };
    const gathering = new OpenTrace(trace, proxied);
    this.#gathered.set(id, gathering);
    return gathering;
  }

  #openedDirectly(process: AppProcess, line: Extract<LinkLine, { t: 'open' }>): void {
    if (this.#gathered.has(line.id)) return;
    const headers: { request: Headers } | undefined = line.headers && { request: line.headers };
    const { method, url, at } = line;
    this.#join(
      this.#open(line.id, false, { method, url, start: process.epoch(at), ...(headers && { headers }) }),
      process,
    );
  }

  #ran(process: AppProcess, line: Extract<LinkLine, { t: 'span' }>): void {
    const gathering = this.#gathered.get(line.id!);
    if (gathering === undefined) return;
    this.#join(gathering, process);
    gathering.add(line.n, process.span(line, gathering.trace.start));
    if (gathering.finished) this.#later(gathering, LATE_MS);
  }

  #ranOutside(process: AppProcess, line: Extract<LinkLine, { t: 'span' }>): void {
    let gathering = this.#outside.get(process);
    if (gathering === undefined) {
      const about = { method: '', url: 'outside requests', start: process.epoch(line.at), outside: true };
      gathering = new OpenTrace(
        { id: randomUUID(), ...about, state: 'open', spans: [], findings: [], totals: {} },
        false,
      );
      this.#join(gathering, process);
      this.#outside.set(process, gathering);
    }
    const { trace } = gathering;
    const span = process.span(line, trace.start);
    // Told while it ran, it will be told again.
    if (span.duration === undefined) return;
    addToTotals(trace.totals, span);
    trace.spans.push(span);
    trace.duration = roundToMicros(span.start + span.duration);
    if (trace.spans.length > MOST_OUTSIDE) {
      trace.spans.shift();
      trace.dropped = (trace.dropped ?? 0) + 1;
    }
    this.#later(gathering, OUTSIDE_MS);
  }

  #closedByApp(process: AppProcess, line: Extract<LinkLine, { t: 'close' }>): void {
    const gathering = this.#gathered.get(line.id);
    if (gathering === undefined) return;
    this.#join(gathering, process);
    gathering.appDone = true;
    const { trace } = gathering;
    for (const key of ['parent', 'route', 'params'] as const) {
      if (line[key] !== undefined) Object.assign(trace, { [key]: line[key] });
    }
    const handler = [line.handler, process.siteOf(line.stack)].filter(Boolean).join(' ');
    if (handler !== '') trace.handler = handler;
    if (!gathering.proxied) {
      trace.duration = Math.max(0, roundToMicros(process.epoch(line.at) - trace.start));
      if (line.status !== undefined) trace.status = line.status;
      if (line.aborted) trace.aborted = true;
    }
    if (gathering.finished) this.#later(gathering, LATE_MS);
    else this.#settle(gathering);
  }

  #dropped(process: AppProcess, { id, spans }: Extract<LinkLine, { t: 'dropped' }>): void {
    const gathering = id === undefined ? this.#outside.get(process) : this.#gathered.get(id);
    if (gathering !== undefined) gathering.trace.dropped = (gathering.trace.dropped ?? 0) + spans;
  }

  #join(gathering: OpenTrace, process: AppProcess): void {
    gathering.process ??= process;
    gathering.trace.app ??= process.app;
  }

  #settle(gathering: OpenTrace): void {
    if (gathering.complete() || (gathering.proxyDone && this.#processes.size === 0)) this.#finish(gathering);
    else if (gathering.proxyDone || gathering.died) {
      if (gathering.proxyDone) this.#awaited.add(gathering);
      this.#later(gathering, GRACE_MS);
    }
  }

  #later(gathering: OpenTrace, ms: number): void {
    if (!this.#over) gathering.timer ??= setTimeout(() => this.#finish(gathering), ms);
  }

  #finish(gathering: OpenTrace): void {
    this.#awaited.delete(gathering);
    clearTimeout(gathering.timer);
    gathering.timer = undefined;
    const late = gathering.finished;
    const trace = gathering.close();
    const sources = gathering.process?.sources(trace.spans, this.#options.keepSource);
    if (sources !== undefined && Object.keys(sources).length > 0) trace.sources = sources;
    const libraries = gathering.process?.libraries(trace.spans) ?? {};
    if (Object.keys(libraries).length > 0) trace.libraries = libraries;
    const notes = gathering.process?.notes(trace.spans) ?? [];
    if (notes.length > 0) trace.notes = notes;
    const finished = this.#options.finish(trace, (frame, line) => gathering.process?.line(frame, line));
    gathering.finished = true;
    if (!late && !trace.outside) this.#remember(trace.id);
    this.emit('trace', finished, late);
  }

  /** A span may come late; the oldest traces are let go. */
  #remember(id: string): void {
    this.#finished.push(id);
    if (this.#finished.length > MOST_REMEMBERED) this.#gathered.delete(this.#finished.shift()!);
  }
}

function isAtProxy({ proxied, proxyDone }: OpenTrace): boolean {
  return proxied && !proxyDone;
}
