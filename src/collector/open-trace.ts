/** One trace under construction, from the reports of the proxy and of the app's processes. */

import type { LinkLine } from '../domain/link.js';
import { isTimed } from '../domain/span-kinds.js';
import { keepTimeSpent, timeSpentOf } from '../domain/time-spent.js';
import type { Frame, RecordedSpan, RecordedTrace, RequestError, Trace, TraceState } from '../domain/trace.js';
import { roundToMicros, totalsOf } from '../domain/trace.js';
import { isUnit } from '../domain/unit.js';
import type { AppProcess } from './app-process.js';
import type { BuiltProfile } from './profile/build-profile.js';
import { fitProfile, sizeOfProfile } from './profile/fit-profile.js';

/** Memory of a span apart from its texts: 2000 calls without values take about 0.9 MB. */
const SPAN_SIZE = 400;

/**
 * Proxy's side of a request. `none`: a request that did not pass the proxy; `open`: the response is
 * on its way; `answered`: the client has the app's whole response; `unanswered`: the response was
 * cut off or is the proxy's error page; `unreached`: the request never arrived at the app.
 */
export type ProxyState = 'none' | 'open' | 'answered' | 'unanswered' | 'unreached';

/**
 * App's side of a request. `closed`: its process reported the end; `died`: its process exited
 * before that; `mayHaveDied`: some process exited while it was not known yet which process serves
 * the request.
 */
export type AppState = 'running' | 'closed' | 'died' | 'mayHaveDied';

// The socket of a process closes when the system has taken it down, which takes longer under load.
const MAX_EXIT_DELAY_MS = 3000;
// Access logs are written when the response has finished: they are the request's own.
const LOG_SLACK_MS = 100;

/** A trace with the state of both sides; spans may still arrive after `finished`. */
export class OpenTrace {
  readonly trace: RecordedTrace;
  proxy: ProxyState;
  app: AppState = 'running';
  /** True once the trace has been emitted. */
  finished = false;
  /** performance.now() at which it was first emitted. */
  finishedAt = 0;
  /** Process that serves it: the first that reports on it. */
  process: AppProcess | undefined;
  /** All processes and threads that have made calls for it. */
  readonly processes = new Set<AppProcess>();
  /** Frames of the app's functions in its profiles, whose sources are kept. */
  readonly profiledFrames = new Set<Frame>();
  timer: NodeJS.Timeout | undefined;
  /** True if it is kept only where it makes calls. */
  withCalls = false;
  /** ms from the request's start to the end of the whole response, by the app's clock. */
  #responded = Number.POSITIVE_INFINITY;
  /** Memory of its spans, in characters of their names and values; an estimate. */
  size = SPAN_SIZE;
  #spansByNumber = new Map<number, RecordedSpan>();
  /** By process and number, with the key of the span that failed with it. */
  #errors = new Map<number, { error: RequestError; span?: number }>();

  constructor(trace: RecordedTrace, proxy: 'none' | 'open') {
    this.trace = trace;
    this.proxy = proxy;
  }

  /** Adds a span, or updates the span of the same number, which was sent while it was running. */
  addSpan(process: AppProcess, n: number, span: RecordedSpan): void {
    this.size += sizeOfSpan(span);
    this.processes.add(process);
    const key = keyOf(process, n);
    const known = this.#spansByNumber.get(key);
    if (known !== undefined) Object.assign(known, span);
    else {
      this.#spansByNumber.set(key, span);
      this.trace.spans.push(span);
    }
  }

  /** Adds an error, or what became of one that was known. */
  addError(process: AppProcess, line: Extract<LinkLine, { t: 'error' }>): void {
    this.processes.add(process);
    const error = process.toError(line, this.trace.start);
    this.size += sizeOfValue(line);
    this.#errors.set(keyOf(process, line.n), {
      error,
      ...(line.span !== undefined && { span: keyOf(process, line.span) }),
    });
  }

  /** The errors, with the calls that failed with them as indices into `spans`. */
  #errorsAmong(spans: RecordedSpan[]): { errors?: RequestError[] } {
    if (this.#errors.size === 0) return {};
    const errors = [...this.#errors.values()].map(({ error, span: key }) => {
      const span = key === undefined ? -1 : spans.indexOf(this.#spansByNumber.get(key)!);
      return span < 0 ? error : { ...error, span };
    });
    return { errors };
  }

  /**
   * Adds a profile, or what says why there is none; returns by how much it grows. Of those of
   * several processes the one with the most samples is the one of the process that served it.
   */
  addProfile(built: BuiltProfile): number {
    const known = this.trace.profiles?.[built.profile.kind];
    if (known !== undefined && known.samples.length >= built.profile.samples.length) return 0;
    return this.setProfile(built);
  }

  /** Sets a profile, instead of one that is known; returns by how much it grows. */
  setProfile({ profile, frames }: BuiltProfile): number {
    const fitted = fitProfile(profile);
    if (fitted === undefined) return this.addNote('its profile was too large to be kept');
    this.trace.profiles = { ...this.trace.profiles, [profile.kind]: fitted };
    for (const frame of frames) this.profiledFrames.add(frame);
    return sizeOfProfile(fitted);
  }

  /** Adds a sentence about what is missing; returns by how much it grows. */
  addNote(note: string): number {
    const { notes = [] } = this.trace;
    if (notes.includes(note)) return 0;
    this.trace.notes = [...notes, note];
    return note.length;
  }

  /** Removes a span that turned out to be part of another span. */
  removeSpan(process: AppProcess, n: number): void {
    const key = keyOf(process, n);
    const known = this.#spansByNumber.get(key);
    if (known === undefined) return;
    this.#spansByNumber.delete(key);
    this.trace.spans = this.trace.spans.filter((span) => span !== known);
  }

  /**
   * Records the end as the app reports it; a process that has exited cannot have completed the
   * request. `responded` is the time of the response's end, in ms of the trace; missing if the
   * client aborted it: what the app goes on with is what it would have answered.
   */
  closeByApp(responded?: number): void {
    if (this.app === 'died') return;
    this.app = 'closed';
    if (responded !== undefined) this.#responded = responded;
  }

  /** Whether it has not ended at an instant (epoch ms), as far as is known. */
  isRunningAt(at: number): boolean {
    const { start, duration } = this.trace;
    return at >= start && (duration === undefined || at <= start + duration);
  }

  /** Whether a call began after the response: by a timer, a consumer or unawaited work. */
  #isAfterResponse(span: RecordedSpan): boolean {
    return span.start > this.#responded + (isTimed(span) ? 0 : LOG_SLACK_MS);
  }

  /**
   * Records that a process exited; true when that may concern this trace. On a busy machine it is
   * heard of after the trace was finished: a request that the app left unanswered a moment ago, and
   * whose end it never reported, has died with it.
   */
  processExited(process: AppProcess): boolean {
    if (this.app === 'closed' || (this.finished && !this.#isJustCutOff())) return false;
    if (this.process === process) this.app = 'died';
    else if (this.process === undefined) this.app = 'mayHaveDied';
    else return false;
    return true;
  }

  /**
   * Whether it is to be saved: it has made a call that is not the reading of its own file, nor a line of
   * an access log, or has failed.
   */
  isWorthKeeping(): boolean {
    const { spans, status = 0, parent, dropped = 0 } = this.trace;
    if (!this.withCalls || this.finished) return true;
    if (status >= 500 || parent !== undefined || dropped > 0 || this.app === 'died') return true;
    return spans.some((span) => isTimed(span) && !isOwnFile(span));
  }

  #isJustCutOff(): boolean {
    return this.proxy === 'unanswered' && performance.now() - this.finishedAt < MAX_EXIT_DELAY_MS;
  }

  get hasEndedAtProxy(): boolean {
    return this.proxy !== 'none' && this.proxy !== 'open';
  }

  /** Whether neither the proxy nor the app has anything left to report. */
  isComplete(): boolean {
    if (this.proxy === 'open') return false;
    return this.app === 'closed' || this.app === 'died' || this.proxy === 'unreached';
  }

  /**
   * Copy of the trace as it stands: spans sorted by start, totals counted. A copy, because a late
   * span gets its call site and shape only when the trace is finished again, and the store may
   * write this copy before that.
   */
  snapshot(): RecordedTrace {
    const { trace } = this;
    if (trace.outside) {
      const totals = structuredClone(trace.totals);
      return { ...trace, state: 'done', spans: [...trace.spans], totals };
    }
    const isUnanswered = this.proxy === 'unanswered' || this.proxy === 'unreached';
    const died = this.app === 'died' || (this.app === 'mayHaveDied' && isUnanswered);
    const spans = trace.spans.toSorted((a, b) => a.start - b.start);
    if (isUnit(trace)) return this.#unitSnapshot(spans, died);
    for (const span of spans) if (this.#isAfterResponse(span)) span.afterResponse = true;
    return this.#finishedAs(died ? 'died' : 'done', spans, trace.duration);
  }

  /** A unit has no response: it lasts until its last call has ended, and all of them count. */
  #unitSnapshot(spans: RecordedSpan[], died: boolean): RecordedTrace {
    const { trace } = this;
    const ends = spans.map(({ start, wait = 0, duration = 0 }) => start + wait + duration);
    const duration = roundToMicros(Math.max(trace.duration ?? 0, ...ends));
    const state = died ? 'died' : trace.error !== undefined ? 'failed' : 'done';
    return this.#finishedAs(state, spans, duration);
  }

  /** The sum of its time is computed once, for the totals and for the metrics. */
  #finishedAs(state: TraceState, spans: RecordedSpan[], duration: number | undefined): RecordedTrace {
    const { trace } = this;
    const { profiles } = trace;
    const sum =
      duration === undefined ? undefined : timeSpentOf({ duration, spans, ...(profiles && { profiles }) });
    const totals = totalsOf(spans, duration, profiles, sum);
    const ended = duration !== undefined && { duration };
    const finished = { ...trace, state, spans, ...ended, totals, ...this.#errorsAmong(spans) };
    if (sum !== undefined) keepTimeSpent(finished, sum);
    return finished;
  }
}

/** Whether a call reads, or packs, what a server of files answers with. */
function isOwnFile({ kind, name }: RecordedSpan): boolean {
  return kind === 'block' && /^(?:fs|zlib)\./.test(name);
}

/** Key of a span: each process numbers its own. */
function keyOf({ ordinal }: AppProcess, n: number): number {
  return ordinal * 2 ** 32 + n;
}

/** Memory of a span, in characters; an estimate. */
export function sizeOfSpan({ name, detail, error }: RecordedSpan): number {
  return SPAN_SIZE + name.length + (error?.length ?? 0) + sizeOfValue(detail);
}

/** Characters of the texts in a value of JSON; each other value counts as eight. */
export function sizeOfValue(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  let size = 8;
  // Not Object.entries: it is asked of each call.
  for (const key in value) size += key.length + sizeOfValue((value as Record<string, unknown>)[key]);
  return size;
}

/** A trace of which nothing is known yet but what it is about. */
export function emptyTrace(
  about: Pick<Trace, 'id' | 'method' | 'url' | 'start' | 'headers' | 'outside'>,
): RecordedTrace {
  return { ...about, state: 'open', spans: [], findings: [], totals: {} };
}

/** Assigns a trace to the first process that reports on it. */
export function assignProcess(openTrace: OpenTrace, process: AppProcess): void {
  openTrace.process ??= process;
  openTrace.trace.app ??= process.app;
}
