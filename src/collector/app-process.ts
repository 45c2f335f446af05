/** State of one connected process of the app: its identity, libraries, frames and stacks. */

import type { LibraryInfo } from '../domain/library.js';
import type { ErrorCause, FrameLine, LinkLine } from '../domain/link.js';
import { formatSite } from '../domain/site.js';
import {
  type AppInfo,
  type CauseOfError,
  type Frame,
  firstApplicationFrame,
  type RecordedSpan,
  type RequestError,
  roundToMicros,
} from '../domain/trace.js';
import { registrationFrame } from '../insight/calls/registration.js';
import { FrameResolver } from '../insight/source/frames.js';
import { Lru } from '../insight/util/lru.js';
import { HandlerPlaces } from './handler-places.js';
import type { AppIdentity } from './link-server.js';
import { type BuiltProfile, buildProfile } from './profile/build-profile.js';
import { ProfileParts } from './profile/profile-parts.js';

type SpanLine = Extract<LinkLine, { t: 'span' }>;
type ErrorLine = Extract<LinkLine, { t: 'error' }>;
type WithStack = Pick<RecordedSpan, 'stack'>;
type ProfileLine = Extract<LinkLine, { t: 'profile' }>;
type LibraryLine = Extract<LinkLine, { t: 'library' }>;

/** Saves a source text and returns its hash; undefined when it could not be saved. */
export type SaveSource = (source: { file: string; text: string }) => string | undefined;

/** Number of source texts kept split into lines. */
const MAX_SPLIT_TEXTS = 300;
/** Characters of these texts, each counted twice: as a whole and in lines. */
const MAX_SPLIT_SIZE = 32 * 1024 * 1024;
/** Kinds of one library, the newest. */
const MAX_KINDS = 20;
/** Connections whose first span is known. */
const MAX_CONNECTIONS = 10_000;

/**
 * One process, as described by the lines it has sent so far; lines refer to frames and stacks by
 * number.
 */
export class AppProcess {
  static #count = 0;
  readonly identity: AppIdentity;
  /** Unlike its pid, no other process of the run has it. */
  readonly ordinal = AppProcess.#count++;
  readonly app: AppInfo;
  readonly #agent: string;
  readonly #profileParts = new ProfileParts();
  readonly handlers = new HandlerPlaces();
  /** `lineText`, as one function: what insight reads from a line it keeps by it. */
  readonly readLine = (frame: Frame, line?: number): string | undefined => this.lineText(frame, line);
  #resolver: FrameResolver;
  #frames = new Map<number, Frame>();
  #ownFrames = new WeakSet<Frame>();
  #stacks = new Map<number, Frame[]>();
  #sourceHashes = new Map<Frame, string | undefined>();
  // Weak, as frames live as long as the process, and the texts are bounded.
  #linesByFrame = new WeakMap<Frame, WeakRef<string[]>>();
  #linesByText = new Lru<string[]>(MAX_SPLIT_TEXTS, {
    maxSize: MAX_SPLIT_SIZE,
    sizeOf: (text) => 2 * text.length,
  });
  /** Database connection → number of the span that used it first. */
  #firstSpans = new Lru<number>(MAX_CONNECTIONS);
  /** By the library name that spans carry. */
  #libraries = new Map<string, LibraryInfo>();

  /**
   * `project` is the folder that files are relative to, `agent` the path of the agent's own file;
   * `packages` count as the app's code.
   */
  constructor(identity: AppIdentity, project: string, agent: string, packages?: string[]) {
    const { pid, command, node, origin } = identity;
    this.identity = identity;
    this.#agent = agent;
    this.app = { pid, command, cwd: project, node };
    this.#resolver = new FrameResolver(project, { agent, since: origin, ...(packages && { packages }) });
  }

  /** Adds the source map of a script whose running text is not on disk (tsx, ts-node). */
  learnMap(file: string, map: string): void {
    this.#resolver.addMap(file, map);
  }

  /**
   * Resolves new frames and reads their files at once, because a later build or edit may move the
   * lines.
   */
  learnFrames(frames: FrameLine[]): void {
    for (const [n, fn, file, line, column, beginning, at] of frames) {
      const frame = this.#resolver.resolve(String(fn), String(file), Number(line), Number(column));
      this.#frames.set(n, frame);
      this.#ownFrames.add(frame);
      if (frame.application) this.#resolver.sourceOf(frame);
      if (frame.application && beginning !== undefined && at !== undefined)
        this.handlers.learn(frame, this.#resolver.resolve(String(fn), String(file), beginning, at));
    }
  }

  /**
   * Profile of a request that began at `start` (epoch ms), once its last part has come, and the
   * frames of the app's functions in it.
   */
  learnProfile(line: ProfileLine, start: number): BuiltProfile | undefined {
    const sent = this.#profileParts.add(line);
    const built =
      sent &&
      buildProfile(sent, {
        resolve: (name, script, row, column) => this.#resolver.resolve(name, script, row, column),
        resolveStack: (frames) => this.#resolver.resolveStack(frames),
        isAgent: (script) => script.includes(this.#agent),
        toTraceMs: (at) => this.toEpochMs(at) - start,
      });
    for (const frame of built?.frames ?? []) {
      this.#ownFrames.add(frame);
      this.#resolver.sourceOf(frame);
    }
    return built;
  }

  /** Whether a frame is one of this process's, whose sources it knows. */
  hasFrame(frame: Frame): boolean {
    return this.#ownFrames.has(frame);
  }

  learnStack(n: number, frames: number[]): void {
    const resolved = frames.flatMap((frame) => this.#frames.get(frame) ?? []);
    const stack = this.#resolver.resolveStack(resolved);
    if (stack !== resolved) for (const frame of stack) if (frame.application) this.#resolver.sourceOf(frame);
    this.#stacks.set(n, stack);
  }

  /**
   * Merges a package's facts into its library; the package named like the library decides the
   * version.
   */
  learnLibrary({ name, version, library = name, dialect, explain, mapper, kinds }: LibraryLine): void {
    const known = this.#libraries.get(library);
    const hasVersion = version !== '' && (name === library || known?.version === undefined);
    this.#libraries.set(library, {
      ...known,
      ...(hasVersion && { version }),
      ...(dialect !== undefined && { dialect }),
      ...(explain !== undefined && { explain }),
      ...(mapper !== undefined && { mapper }),
      ...(kinds !== undefined && { kinds: [...(known?.kinds ?? []), ...kinds].slice(-MAX_KINDS) }),
    });
  }

  /**
   * Facts of the libraries that the spans name, and of all mappers (ORMs, query builders) of the
   * process.
   */
  libraries(spans: RecordedSpan[]): Record<string, LibraryInfo> {
    const named = new Set(spans.map(({ library }) => library));
    return Object.fromEntries([...this.#libraries].filter(([name, { mapper }]) => mapper || named.has(name)));
  }

  /** `file:line` where a route was registered, by the stack of that. */
  siteOf(stack: number | undefined): string | undefined {
    const frames = (stack !== undefined && this.#stacks.get(stack)) || [];
    const frame = registrationFrame(frames, (at, line) => this.lineText(at, line));
    return frame && formatSite(frame);
  }

  /**
   * Name of a request's handler, and `file:line` where it is written, as far as a call of its has shown that;
   * else where its route was registered, by the stack of that. Empty where nothing is known.
   */
  handlerText(handler: string | undefined, stack: number | undefined, spans: RecordedSpan[]): string {
    const { name, place } = handler ? this.handlers.handlerOf(handler, spans) : {};
    return [name, place ? formatSite(place) : this.siteOf(stack)].filter(Boolean).join(' ');
  }

  /** Epoch ms of an instant in a line, which is µs since the process's origin. */
  toEpochMs(at: number): number {
    return this.identity.origin + at / 1000;
  }

  /** Span of a line, in a trace that began at `start` (epoch ms). */
  toSpan(line: SpanLine, start: number): RecordedSpan {
    const stack = (line.stack !== undefined && this.#stacks.get(line.stack)) || [];
    const detail = this.#hasWaitedForOpening(line) ? { ...line.detail, opened: true } : line.detail;
    return {
      kind: String(line.kind),
      library: String(line.library),
      name: String(line.name),
      ...(detail !== undefined && { detail }),
      start: Math.max(0, roundToMicros(this.toEpochMs(line.at) - start)),
      ...(line.duration !== undefined && { duration: line.duration / 1000 }),
      ...(line.wait !== undefined && { wait: line.wait / 1000 }),
      ...(line.rows !== undefined && { rows: line.rows }),
      ...(line.error !== undefined && { error: String(line.error) }),
      stack,
    };
  }

  /** Error of a line, in a trace that began at `start` (epoch ms). */
  toError(line: ErrorLine, start: number): RequestError {
    const { at, by, fatal, mapped = false, causes = [] } = line;
    return {
      ...this.#toCause(line, mapped),
      at: Math.max(0, roundToMicros(this.toEpochMs(at) - start)),
      by,
      ...(fatal && { fatal }),
      ...(causes.length > 0 && { causes: causes.map((cause) => this.#toCause(cause, mapped)) }),
    };
  }

  #toCause({ name, message, code, status, frames = [] }: ErrorCause, isMapped: boolean): CauseOfError {
    const resolved = frames.map(([fn, file, line, column]) => {
      const frame = this.#resolver.resolve(fn, file, line, column, isMapped);
      this.#ownFrames.add(frame);
      return frame;
    });
    const stack = this.#resolver.resolveStack(resolved);
    for (const frame of stack) if (frame.application) this.#resolver.sourceOf(frame);
    const site = firstApplicationFrame(stack);
    return {
      ...{ name, message, stack },
      ...(code !== undefined && { code }),
      ...(status !== undefined && { status }),
      ...(site && { site: formatSite(site) }),
    };
  }

  /** Saves the app's files in the spans' stacks and of profiled functions, as they ran; returns the hash of each file. */
  saveSources(spans: WithStack[], save: SaveSource, profiled: readonly Frame[] = []): Record<string, string> {
    const sources: Record<string, string> = {};
    const own = profiled.filter((frame) => this.#ownFrames.has(frame));
    for (const frame of [...this.#applicationFrames(spans), ...own]) {
      const hash = frame.file in sources ? undefined : this.#saveSource(frame, save);
      if (hash !== undefined) sources[frame.file] = hash;
    }
    return sources;
  }

  /** The store has lost what it had: the next traces save it again. */
  forgetSavedSources(): void {
    this.#sourceHashes.clear();
  }

  /** Sentences about files in the spans' stacks whose text or source map could not be read. */
  notes(spans: WithStack[]): string[] {
    const { notes } = this.#resolver;
    if (notes.size === 0) return [];
    const files = new Set([...this.#applicationFrames(spans)].map(({ file }) => file));
    return [...files].flatMap((file) => notes.get(file) ?? []);
  }

  /** Text of one line (1-based) of a frame's file as it ran; by default the frame's own line. */
  lineText(frame: Frame, line = frame.line): string | undefined {
    let lines = this.#linesByFrame.get(frame)?.deref();
    if (lines === undefined) {
      const { text = '' } = this.#resolver.sourceOf(frame) ?? {};
      lines = this.#linesByText.get(text) ?? this.#linesByText.set(text, text.split('\n'));
      this.#linesByFrame.set(frame, new WeakRef(lines));
    }
    return lines[line - 1];
  }

  /**
   * Whether a call waited because its connection had to be opened: it is the first call on it. A
   * call may be sent twice, so the first call is known by its number.
   */
  #hasWaitedForOpening({ n, library, wait, detail }: SpanLine): boolean {
    const connection = detail?.connection;
    if (typeof connection !== 'number' && typeof connection !== 'string') return false;
    const key = `${library} ${connection}`;
    const first = this.#firstSpans.get(key) ?? this.#firstSpans.set(key, n);
    return wait !== undefined && wait > 0 && first === n;
  }

  #applicationFrames(spans: WithStack[]): Set<Frame> {
    const frames = new Set<Frame>();
    // Spans of a loop share one stack: each stack is walked once.
    for (const stack of new Set(spans.map((span) => span.stack)))
      for (const frame of stack) if (frame.application && this.#ownFrames.has(frame)) frames.add(frame);
    return frames;
  }

  #saveSource(frame: Frame, save: SaveSource): string | undefined {
    if (this.#sourceHashes.has(frame)) return this.#sourceHashes.get(frame);
    const source = this.#resolver.sourceOf(frame);
    const hash = source && save(source);
    // A store that fails now may take it later.
    if (hash !== undefined || source === undefined) this.#sourceHashes.set(frame, hash);
    return hash;
  }
}
