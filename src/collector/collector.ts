/**
 * Builds traces from the reports of the app's processes and of the proxy, and emits each trace when
 * it is finished.
 */

import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { LinkLine, Recording, ServerAddress, ServerSigns } from '../domain/link.js';
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
import { OpenTrace, sizeOfSpan } from './open-trace.js';
import { OpenTraces } from './open-traces.js';
import { PeerPorts } from './peer-ports.js';

/** Settings and callbacks of a collector. */
export interface CollectorOptions {
  /** Folder that files are relative to. */
  project: string;
  /** Path of the agent's own file, whose frames are neither the app's nor a library's. */
  agent: string;
  record: Recording;
  saveSource: SaveSource;
  /**
   * Decides call sites, shapes and findings. `readLine` returns the text of a line of the frame's
   * file, by default of the frame's own line.
   */
  finish(trace: RecordedTrace, readLine: (frame: Frame, line?: number) => string | undefined): Trace;
}

/**
 * Events of a collector; a trace is emitted when it is finished, and again with `late` when a span
 * arrived after that.
 */
export interface CollectorEvents {
  trace: [trace: Trace, late: boolean];
  listen: [address: ServerAddress, app: AppInfo, signs?: ServerSigns];
  /** The app has printed a port. */
  printed: [printed: { port: number; beside?: true }];
  unlisten: [address: Pick<ServerAddress, 'port' | 'path'>, app: AppInfo];
  library: [library: { name: string; version: string; trouble?: string }, app: AppInfo];
  /** A process disconnected. */
  left: [app: AppInfo];
  /** A line of a process was lost; emitted once per process. */
  lost: [app: AppInfo];
  /** A process's answer to an order. */
  answer: [answer: Extract<LinkLine, { t: 'answer' }>, connection: AppConnection];
  /** The client has its response, but the app's last lines of the request are not read yet. */
  linesExpected: [];
  /** A process disconnected or a response ended. */
  progress: [];
}

/** ms after a late span or end until the trace is emitted again. */
const LATE_MS = 100;
/** ms between two emissions of the trace of calls outside requests. */
const OUTSIDE_MS = 500;
const MAX_OUTSIDE_SPANS = 1000;
/** Size of their texts, in characters. */
const MAX_OUTSIDE_SIZE = 16 * 1024 * 1024;
// Half a line mostly contains the id, too.
const ID_IN_LINE = /"id":"([0-9a-f-]{36})"/;

/** Collects what belongs to each request; one collector per run. */
export class Collector extends EventEmitter<CollectorEvents> implements ProxyObserver, LinkListener {
  #options: CollectorOptions;
  #traces = new OpenTraces({
    finish: (openTrace) => this.#complete(openTrace),
    finished: (trace, late) => this.emit('trace', trace, late),
  });
  #processes = new Map<AppConnection, AppProcess>();
  #outsideTraces = new Map<AppProcess, OpenTrace>();
  #peerPorts = new PeerPorts();
  /** Processes of which a line was lost. */
  #lossy = new WeakSet<AppConnection>();
  /**
   * True once `recording` was changed: a process that starts may have read the run's config file
   * before that.
   */
  #wasSwitched = false;

  constructor(options: CollectorOptions) {
    super();
    this.#options = { ...options };
  }

  /** Whether a request is recorded; `marked` when it carries `X-Scooby-Record: 1`. */
  isRecorded(marked: boolean): boolean {
    const { record } = this.#options;
    return record === 'all' || (record === 'marked' && marked);
  }

  requestStarted({ id, method, url, start, headers, marked }: Exchange): void {
    if (this.isRecorded(marked))
      this.#open(id, 'open', { method, url, start, headers: { request: headers } });
  }

  requestEnded(ending: ExchangeEnd): void {
    const openTrace = this.#traces.get(ending.id);
    if (openTrace === undefined) return;
    const { trace } = openTrace;
    const isAnswered = !ending.aborted && ending.headers !== undefined;
    openTrace.proxy = !ending.reached ? 'unreached' : isAnswered ? 'answered' : 'unanswered';
    trace.duration = roundToMicros(ending.duration);
    if (ending.status !== undefined) trace.status = ending.status;
    if (ending.aborted) trace.aborted = true;
    if (ending.headers !== undefined) trace.headers = { ...trace.headers!, response: ending.headers };
    this.#settle(openTrace);
    if (!openTrace.finished) this.emit('linesExpected');
    this.emit('progress');
  }

  awaitsLines(): boolean {
    return this.#traces.isAwaitingApp;
  }

  connected(connection: AppConnection): void {
    this.#peerPorts.addProcess(connection);
    const { project, agent, record } = this.#options;
    this.#processes.set(connection, new AppProcess(connection, project, agent));
    if (this.#wasSwitched) connection.send({ t: 'record', record });
  }

  lineReceived(connection: AppConnection, line: LinkLine): void {
    const process = this.#processes.get(connection)!;
    switch (line.t) {
      case 'map':
        return process.learnMap(String(line.file), String(line.map));
      case 'frames':
        return process.learnFrames(line.frames);
      case 'stack':
        return process.learnStack(line.n, line.frames);
      case 'open':
        return this.#openDirect(process, line);
      case 'span':
        return line.id === undefined ? this.#addOutsideSpan(process, line) : this.#addSpan(process, line);
      case 'withdrawn':
        return line.id === undefined ? undefined : this.#traces.get(line.id)?.removeSpan(line.n);
      case 'close':
        return this.#closeByApp(process, line);
      case 'dropped':
        // Whose calls they were is unknown: no trace can say it, so the run does.
        if (line.id === undefined) this.#reportLoss(connection, process);
        return this.#countDropped(process, line);
      case 'listen':
        this.#peerPorts.addPorts(connection, line);
        return void this.emit('listen', addressOf(line), process.app, line.signs);
      case 'printed':
        return void this.emit('printed', line);
      case 'unlisten':
        this.#peerPorts.removePort(connection, line.port);
        return void this.emit('unlisten', line, process.app);
      case 'answer':
        return void this.emit('answer', line, connection);
      case 'library':
        process.learnLibrary(line);
        return void this.emit('library', line, process.app);
    }
  }

  lineLost(connection: AppConnection, text: string): void {
    const process = this.#processes.get(connection)!;
    const id = ID_IN_LINE.exec(text)?.[1];
    this.#countDropped(process, { t: 'dropped', ...(id !== undefined && { id }), spans: 1 });
    this.#reportLoss(connection, process);
  }

  #reportLoss(connection: AppConnection, process: AppProcess): void {
    if (this.#lossy.has(connection)) return;
    this.#lossy.add(connection);
    this.emit('lost', process.app);
  }

  disconnected(connection: AppConnection): void {
    const process = this.#processes.get(connection)!;
    this.#processes.delete(connection);
    this.#peerPorts.removeProcess(connection);
    for (const openTrace of this.#traces.values()) {
      if (openTrace.processExited(process)) this.#settle(openTrace);
    }
    const outside = this.#outsideTraces.get(process);
    if (outside !== undefined) this.#traces.finish(outside);
    this.#outsideTraces.delete(process);
    this.emit('left', process.app);
    this.emit('progress');
  }

  /** Connections of all processes and worker threads of the app. */
  get connections(): AppConnection[] {
    return [...this.#processes.keys()];
  }

  /** Which requests are recorded; a change applies to requests that begin after it. */
  get recording(): Recording {
    return this.#options.record;
  }

  set recording(record: Recording) {
    this.#options.record = record;
    this.#wasSwitched = true;
    for (const connection of this.connections) connection.send({ t: 'record', record });
  }

  /** Waits at most `maxMs` until all processes have disconnected and all responses have ended. */
  async waitUntilQuiet(maxMs: number): Promise<void> {
    const isAtProxy = ({ proxy }: OpenTrace) => proxy === 'open';
    await this.#waitUntil(() => this.#processes.size === 0 && !this.#traces.values().some(isAtProxy), maxMs);
  }

  /**
   * Waits at most `maxMs` until all processes have disconnected; resolves with whether they have.
   */
  waitForDisconnects(maxMs: number): Promise<boolean> {
    return this.#waitUntil(() => this.#processes.size === 0, maxMs);
  }

  async #waitUntil(condition: () => boolean, maxMs: number): Promise<boolean> {
    const deadline = AbortSignal.timeout(maxMs);
    while (!condition() && !deadline.aborted) {
      await once(this, 'progress', { signal: deadline }).catch(() => {});
    }
    return condition();
  }

  /** Finishes all open traces with what is known of them; called at the end of the run. */
  finishAll(): void {
    this.#traces.stopTimers();
    for (const connection of this.connections) this.disconnected(connection);
    this.#traces.finishAll();
  }

  #open(
    id: string,
    proxy: 'none' | 'open',
    request: Pick<Trace, 'method' | 'url' | 'start' | 'headers'>,
  ): OpenTrace {
    return this.#traces.add(new OpenTrace(emptyTrace({ id, ...request }), proxy));
  }

  /** Opens the trace of a request that did not pass the proxy. */
  #openDirect(process: AppProcess, line: Extract<LinkLine, { t: 'open' }>): void {
    if (this.#traces.get(line.id) !== undefined) return;
    const headers: { request: Headers } | undefined = line.headers && { request: line.headers };
    const { method, url, at } = line;
    const request = { method, url, start: process.toEpochMs(at), ...(headers && { headers }) };
    assignProcess(this.#open(line.id, 'none', request), process);
  }

  #addSpan(process: AppProcess, line: Extract<LinkLine, { t: 'span' }>): void {
    const openTrace = this.#traces.get(line.id!);
    if (openTrace === undefined) return;
    assignProcess(openTrace, process);
    openTrace.addSpan(line.n, process.toSpan(line, openTrace.trace.start));
    if (openTrace.finished) this.#traces.finishLater(openTrace, LATE_MS);
  }

  #addOutsideSpan(process: AppProcess, line: Extract<LinkLine, { t: 'span' }>): void {
    const openTrace = this.#outsideTraces.get(process) ?? this.#openOutside(process, line.at);
    const { trace } = openTrace;
    const span = process.toSpan(line, trace.start);
    // A span that is still running is sent again at its end.
    if (span.duration === undefined) return;
    addToTotals(trace.totals, span);
    trace.spans.push(span);
    trace.duration = roundToMicros(span.start + span.duration);
    openTrace.size += sizeOfSpan(span);
    while (trace.spans.length > MAX_OUTSIDE_SPANS || openTrace.size > MAX_OUTSIDE_SIZE) {
      openTrace.size -= sizeOfSpan(trace.spans.shift()!);
      trace.dropped = (trace.dropped ?? 0) + 1;
    }
    this.#traces.finishLater(openTrace, OUTSIDE_MS);
  }

  /**
   * Opens the trace of a process's calls outside requests; not in `#traces`, because no line names
   * its id.
   */
  #openOutside(process: AppProcess, at: number): OpenTrace {
    const start = process.toEpochMs(at);
    const about = { id: randomUUID(), method: '', url: 'outside requests', start, outside: true };
    const openTrace = new OpenTrace(emptyTrace(about), 'none');
    assignProcess(openTrace, process);
    this.#outsideTraces.set(process, openTrace);
    return openTrace;
  }

  #closeByApp(process: AppProcess, line: Extract<LinkLine, { t: 'close' }>): void {
    const openTrace = this.#traces.get(line.id);
    if (openTrace === undefined) return;
    assignProcess(openTrace, process);
    const { trace } = openTrace;
    const responded = roundToMicros(process.toEpochMs(line.at) - trace.start);
    openTrace.closeByApp(line.aborted ? undefined : responded);
    for (const key of ['parent', 'route', 'params'] as const) {
      if (line[key] !== undefined) Object.assign(trace, { [key]: line[key] });
    }
    const handler = [line.handler, process.siteOf(line.stack)].filter(Boolean).join(' ');
    if (handler !== '') trace.handler = handler;
    if (openTrace.proxy === 'none') {
      trace.duration = Math.max(0, roundToMicros(process.toEpochMs(line.at) - trace.start));
      if (line.status !== undefined) trace.status = line.status;
      if (line.aborted) trace.aborted = true;
    }
    if (openTrace.finished) this.#traces.finishLater(openTrace, LATE_MS);
    else this.#settle(openTrace);
  }

  #countDropped(process: AppProcess, { id, spans }: Extract<LinkLine, { t: 'dropped' }>): void {
    const openTrace = id === undefined ? this.#outsideTraces.get(process) : this.#traces.get(id);
    if (openTrace !== undefined) openTrace.trace.dropped = (openTrace.trace.dropped ?? 0) + spans;
  }

  #settle(openTrace: OpenTrace): void {
    this.#traces.settle(openTrace, this.#processes.size > 0);
  }

  #complete(openTrace: OpenTrace): Trace {
    const { process } = openTrace;
    const trace = openTrace.snapshot();
    const sources = process?.saveSources(trace.spans, this.#options.saveSource);
    if (sources !== undefined && Object.keys(sources).length > 0) trace.sources = sources;
    const libraries = process?.libraries(trace.spans) ?? {};
    if (Object.keys(libraries).length > 0) trace.libraries = libraries;
    const notes = process?.notes(trace.spans) ?? [];
    if (notes.length > 0) trace.notes = notes;
    return this.#options.finish(trace, (frame, line) => process?.lineText(frame, line));
  }
}

function emptyTrace(
  about: Pick<Trace, 'id' | 'method' | 'url' | 'start' | 'headers' | 'outside'>,
): RecordedTrace {
  return { ...about, state: 'open', spans: [], findings: [], totals: {} };
}

function addressOf({ t: _, signs: __, ...address }: Extract<LinkLine, { t: 'listen' }>): ServerAddress {
  return address;
}

/** Assigns a trace to the first process that reports on it. */
function assignProcess(openTrace: OpenTrace, process: AppProcess): void {
  openTrace.process ??= process;
  openTrace.trace.app ??= process.app;
}
