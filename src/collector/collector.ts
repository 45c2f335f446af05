/**
 * Builds traces from the reports of the app's processes and of the proxy, and emits each trace when
 * it is finished.
 */

import { EventEmitter } from 'node:events';
import type { LinkLine } from '../domain/link.js';
import type { Profile } from '../domain/profile.js';
import { type AppInfo, type Headers, roundToMicros, type Trace } from '../domain/trace.js';
import { isUnit } from '../domain/unit.js';
import type { Exchange, ExchangeEnd } from '../proxy/observer.js';
import { AppProcess } from './app-process.js';
import { Causes } from './causes.js';
import type { DetectedLibrary } from './collector-messages.js';
import { completeTrace, type TraceCompletion } from './complete-trace.js';
import { EarlyLines } from './early-lines.js';
import { isCatchAll } from './file-route.js';
import type { AppIdentity } from './link-server.js';
import { assignProcess, emptyTrace, OpenTrace } from './open-trace.js';
import { OpenTraces } from './open-traces.js';
import { OutsideCalls } from './outside-calls.js';
import { addUpProfiles } from './profile/add-up-profiles.js';
import type { SpoolListener } from './spools.js';
import { Starters } from './starters.js';
import { cutWait } from './waits.js';

/** Settings and callbacks of a collector. */
export interface CollectorOptions extends TraceCompletion {
  /** Folder that files are relative to. */
  project: string;
  /** Packages in node_modules whose code counts as the app's. */
  packages?: string[];
  /** Path of the agent's own file, whose frames are neither the app's nor a library's. */
  agent: string;
}

/**
 * Events of a collector; a trace is emitted when it is finished, and again with `late` when a span
 * arrived after that.
 */
export interface CollectorEvents {
  trace: [trace: Trace, late: boolean];
  /** A request that was to be kept only with calls has ended, and made none. */
  leftOut: [id: string];
  /** A call was read of a request that is not reported yet. */
  wanted: [id: string];
  library: [library: DetectedLibrary, app: AppInfo];
  /** A line of a process was lost; emitted once per process. */
  lost: [process: AppIdentity];
  /** A process's answer to an order. */
  answer: [answer: Extract<LinkLine, { t: 'answer' }>, process: AppIdentity];
  /** The client has its response, but the app's last lines of the request are not read yet. */
  linesExpected: [];
}

/** ms after a late span or end until the trace is emitted again. */
const LATE_MS = 100;
/** ms in which a worker reports the end of a request that was handed to it. */
const HANDED_MS = 300;
/** ms between two emissions of the trace of calls outside requests. */
const OUTSIDE_MS = 500;
const RESENT_NOTE = 'the collector failed during this request; calls may be missing';
// Half a line mostly contains the id, too.
type SpanLine = Extract<LinkLine, { t: 'span' }>;

const ID_IN_LINE = /"id":"([0-9a-f-]{36})"/;

/** Collects what belongs to each request; one collector per run. */
export class Collector extends EventEmitter<CollectorEvents> implements SpoolListener<AppIdentity> {
  #options: CollectorOptions;
  #traces = new OpenTraces({
    finish: (openTrace) => completeTrace(openTrace, this.#options),
    finished: (trace, late) => this.emit('trace', trace, late),
    leftOut: (id) => this.emit('leftOut', id),
  });
  #processes = new Map<AppIdentity, AppProcess>();
  #outsideCalls = new OutsideCalls();
  #earlyLines = new EarlyLines();
  #lastWanted = '';
  #causes = new Causes();
  #starters = new Starters();
  /** Epoch ms at which a process last exited. */
  #lastExit = Number.NEGATIVE_INFINITY;
  /** Processes of which a line was lost. */
  #lossy = new WeakSet<AppIdentity>();

  constructor(options: CollectorOptions) {
    super();
    this.#options = options;
  }

  /**
   * Opens the trace of a request that the proxy has received, with what the app has told of it;
   * `isResent` where an earlier collector may have read some of that.
   */
  requestStarted({ id, method, url, start, headers, withCalls, notes }: Exchange, isResent = false): void {
    const openTrace = this.#open(id, 'open', { method, url, start, headers: { request: headers } });
    if (withCalls) openTrace.withCalls = true;
    // The exit may be heard of before the request that it has cut off.
    if (start <= this.#lastExit) openTrace.app = 'mayHaveDied';
    for (const note of [...(notes ?? []), ...(isResent ? [RESENT_NOTE] : [])]) openTrace.addNote(note);
    this.#addEarlyLines(id);
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
    if (ending.note !== undefined) openTrace.addNote(ending.note);
    if (ending.headers !== undefined) trace.headers = { ...trace.headers!, response: ending.headers };
    this.#settle(openTrace);
    if (!openTrace.finished && !openTrace.withCalls) this.emit('linesExpected');
  }

  awaitsLines(): boolean {
    return this.#traces.isAwaitingApp;
  }

  connected(identity: AppIdentity): void {
    const { project, packages, agent } = this.#options;
    this.#processes.set(identity, new AppProcess(identity, project, agent, packages));
  }

  lineReceived(identity: AppIdentity, line: LinkLine): void {
    const process = this.#processes.get(identity);
    if (process === undefined || this.#isEarly(identity, line)) return;
    switch (line.t) {
      case 'map':
        return process.learnMap(String(line.file), String(line.map));
      case 'frames':
        return process.learnFrames(line.frames);
      case 'stack':
        return process.learnStack(line.n, line.frames);
      case 'open':
        return this.#openDirect(process, line);
      case 'thread':
        return this.#starters.addThread(identity.pid, line.thread, line.id);
      case 'cause':
        return this.#learnCause(line);
      case 'span':
        return line.id === undefined ? this.#addUnassigned(process, line) : this.#addSpan(process, line);
      case 'withdrawn':
        return line.id === undefined ? undefined : this.#traces.get(line.id)?.removeSpan(process, line.n);
      case 'close':
        return this.#closeByApp(process, line);
      case 'error':
        return this.#addError(process, line);
      case 'profile':
        return this.#addProfile(process, line);
      case 'dropped':
        // Whose calls they were is unknown: no trace can say it, so the run does.
        if (line.id === undefined) this.#reportLoss(identity);
        return this.#countDropped(process, line);
      case 'answer':
        return void this.emit('answer', line, identity);
      case 'library':
        process.learnLibrary(line);
        return void this.emit('library', line, process.app);
    }
  }

  /** Has source texts saved anew, as the store is empty again. */
  forgetSavedSources(): void {
    for (const process of this.#processes.values()) process.forgetSavedSources();
  }

  lineLost(identity: AppIdentity, text: string): void {
    const process = this.#processes.get(identity)!;
    const id = ID_IN_LINE.exec(text)?.[1];
    this.#countDropped(process, { t: 'dropped', ...(id !== undefined && { id }), spans: 1 });
    this.#reportLoss(identity);
  }

  /** Whether a line is kept until the proxy has reported its request, as its reports come in batches. */
  #isEarly(process: AppIdentity, line: LinkLine): boolean {
    if (!isOfRequest(line) || this.#traces.get(line.id) !== undefined) return false;
    this.#earlyLines.add(line.id, { process, line });
    const isCall = line.t === 'dropped' || (line.t === 'span' && line.kind !== 'log');
    if (isCall && line.id !== this.#lastWanted) this.emit('wanted', (this.#lastWanted = line.id));
    return true;
  }

  #reportLoss(identity: AppIdentity): void {
    if (this.#lossy.has(identity)) return;
    this.#lossy.add(identity);
    this.emit('lost', identity);
  }

  disconnected(identity: AppIdentity): void {
    const process = this.#processes.get(identity)!;
    this.#processes.delete(identity);
    this.#lastExit = Date.now();
    for (const openTrace of this.#traces.values()) {
      if (openTrace.processExited(process)) this.#settle(openTrace);
    }
    const outside = this.#outsideCalls.take(process);
    if (outside !== undefined) this.#traces.finish(outside);
  }

  /** Whether a request has ended at the proxy, and its trace is about to be finished. */
  isFinishing(id: string): boolean {
    const openTrace = this.#traces.get(id);
    return openTrace?.hasEndedAtProxy === true && !openTrace.finished;
  }

  /** Requests that have not ended, with the time at which they began. */
  get openRequests(): { id: string; start: number }[] {
    return this.#traces.values().flatMap(({ finished, trace }) => (finished ? [] : [trace]));
  }

  /** Finishes all open traces with what is known of them; called at the end of the run. */
  finishAll(): void {
    this.#traces.stopTimers();
    for (const identity of this.#processes.keys()) this.disconnected(identity);
    this.#traces.finishAll();
  }

  /** Finishes all open traces as they stand, with a note: their launcher was killed, the app was not. */
  abandonAll(note: string): void {
    this.#traces.stopTimers();
    for (const openTrace of this.#traces.values()) {
      if (!openTrace.finished && !openTrace.isComplete()) openTrace.trace.notes = [note];
    }
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
    const { method, at, stack, parent, cause } = line;
    const url =
      stack === undefined ? line.url : `${line.url} ${process.siteOf(stack) ?? ''}`.trim() || method;
    const request = { method, url, start: process.toEpochMs(at), ...(headers && { headers }) };
    const openTrace = this.#open(line.id, 'none', request);
    // A socket's unit is named by a path, which is masked like that of a request.
    if (isUnit(line) && !/^\/|:\/\//.test(url)) openTrace.trace.route = url;
    if (parent !== undefined) openTrace.trace.parent = parent;
    if (line.withCalls) openTrace.withCalls = true;
    if (cause !== undefined) this.#causes.linkUnit(cause, openTrace);
    assignProcess(openTrace, process);
    this.#addEarlyLines(line.id);
  }

  /** Lines that another process or a batch of the proxy's was to precede. */
  #addEarlyLines(id: string): void {
    for (const { process, line } of this.#earlyLines.take(id)) this.lineReceived(process, line);
  }

  #addSpan(process: AppProcess, line: SpanLine): void {
    const openTrace = this.#traces.get(line.id!);
    if (openTrace === undefined) return;
    if (!line.remote) assignProcess(openTrace, process);
    this.#addSpanTo(openTrace, process, line);
  }

  /** A call of a process or thread that a request has started is that request's while it runs. */
  #addUnassigned(process: AppProcess, line: SpanLine): void {
    const id = this.#starters.requestOf(process.identity);
    const openTrace = id === undefined ? undefined : this.#traces.get(id);
    if (openTrace?.isRunningAt(process.toEpochMs(line.at))) this.#addSpanTo(openTrace, process, line);
    else this.#addOutside(process, line);
  }

  #addSpanTo(openTrace: OpenTrace, process: AppProcess, line: SpanLine): void {
    const { start } = openTrace.trace;
    const offset = process.toEpochMs(line.at) - start;
    const span = cutWait(process.toSpan(line, start), offset, (id) => this.#traces.get(id)?.trace);
    if (span === undefined) return;
    openTrace.addSpan(process, line.n, span);
    this.#starters.addSpan(openTrace.trace.id, span);
    if (openTrace.finished) this.#traces.finishLater(openTrace, LATE_MS);
  }

  #addOutside(process: AppProcess, line: SpanLine): void {
    const openTrace = this.#outsideCalls.add(process, line);
    if (openTrace !== undefined) this.#traces.finishLater(openTrace, OUTSIDE_MS);
  }

  #closeByApp(process: AppProcess, line: Extract<LinkLine, { t: 'close' }>): void {
    const openTrace = this.#traces.get(line.id);
    if (openTrace === undefined) return;
    assignProcess(openTrace, process);
    // Its worker is about to report the end as well, with the route.
    if (line.handed && openTrace.app === 'running') return this.#traces.finishLater(openTrace, HANDED_MS);
    const { trace } = openTrace;
    const responded = roundToMicros(process.toEpochMs(line.at) - trace.start);
    openTrace.closeByApp(line.aborted ? undefined : responded);
    for (const key of ['parent', 'route', 'params', 'error'] as const) {
      if (line[key] !== undefined) Object.assign(trace, { [key]: line[key] });
    }
    if (line.answeredError !== undefined)
      trace.answeredError = roundToMicros(process.toEpochMs(line.answeredError) - trace.start);
    const handler = process.handlerText(line.handler, line.stack, trace.spans);
    if (handler !== '') trace.handler = handler;
    // A unit has a name of its own.
    if ((line.route === undefined || isCatchAll(line.route)) && !isUnit(trace))
      Object.assign(trace, process.handlers.fileRouteOf(trace.url, trace.spans));
    if (openTrace.proxy === 'none') {
      trace.duration = Math.max(0, roundToMicros(process.toEpochMs(line.at) - trace.start));
      if (line.status !== undefined) trace.status = line.status;
      if (line.aborted) trace.aborted = true;
    }
    if (openTrace.finished) this.#traces.finishLater(openTrace, LATE_MS);
    else this.#settle(openTrace);
  }

  #addError(process: AppProcess, line: Extract<LinkLine, { t: 'error' }>): void {
    const openTrace = this.#traces.get(line.id);
    if (openTrace === undefined) return;
    openTrace.addError(process, line);
    if (openTrace.finished) this.#traces.finishLater(openTrace, LATE_MS);
  }

  /** A profile comes after its request's end, and has the trace emitted again. */
  #addProfile(process: AppProcess, line: Extract<LinkLine, { t: 'profile' }>): void {
    const openTrace = this.#traces.get(line.id);
    if (openTrace === undefined) return;
    const built = line.refused === undefined ? process.learnProfile(line, openTrace.trace.start) : undefined;
    if (built !== undefined) openTrace.processes.add(process);
    const size =
      line.refused !== undefined
        ? openTrace.addNote(`no profile was taken: ${line.refused}`)
        : built && openTrace.addProfile(built);
    if (size === undefined) return;
    this.#traces.grown(openTrace, size);
    if (openTrace.finished) this.#traces.finishLater(openTrace, LATE_MS);
  }

  /**
   * Adds up the profiles of several requests into that of the last of them; returns how many have
   * one. They have just been recorded: of those before nothing is known any more.
   */
  addUpProfiles(ids: string[], kind: Profile['kind']): number {
    const traces = ids.flatMap((id) => this.#traces.get(id) ?? []);
    const [last] = traces.slice(-1);
    const [first, ...others] = traces.flatMap(({ trace }) => trace.profiles?.[kind] ?? []);
    if (last === undefined || first === undefined) return 0;
    const frames = traces.flatMap(({ profiledFrames }) => [...profiledFrames]);
    const profile = addUpProfiles([first, ...others]);
    this.#traces.grown(last, last.setProfile({ profile, frames }));
    for (const { processes } of traces) for (const process of processes) last.processes.add(process);
    if (last.finished) this.#traces.finishLater(last, 0);
    return 1 + others.length;
  }

  #learnCause({ key, id }: Extract<LinkLine, { t: 'cause' }>): void {
    const openTrace = this.#causes.learn(key, id);
    if (openTrace?.finished) this.#traces.finishLater(openTrace, LATE_MS);
  }

  #countDropped(process: AppProcess, { id, spans }: Extract<LinkLine, { t: 'dropped' }>): void {
    const openTrace = id === undefined ? this.#outsideCalls.get(process) : this.#traces.get(id);
    if (openTrace !== undefined) openTrace.trace.dropped = (openTrace.trace.dropped ?? 0) + spans;
  }

  #settle(openTrace: OpenTrace): void {
    this.#traces.settle(openTrace, this.#processes.size > 0);
  }
}

/** Whether a line belongs to a request that the proxy reports. */
function isOfRequest(line: LinkLine): line is LinkLine & { id: string } {
  const { t } = line;
  return (
    (t === 'profile' ||
      t === 'span' ||
      t === 'error' ||
      t === 'close' ||
      t === 'withdrawn' ||
      t === 'dropped') &&
    line.id !== undefined
  );
}
