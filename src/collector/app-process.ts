/** One process of the app as the link tells of it: who it is, and what its numbers for frames and stacks stand for. */

import type { LibraryInfo } from '../domain/library.js';
import type { LinkLine } from '../domain/link.js';
import { formatSite } from '../domain/site.js';
import {
  type AppInfo,
  type Frame,
  firstApplicationFrame,
  type RecordedSpan,
  roundToMicros,
} from '../domain/trace.js';
import { FrameResolver } from '../insight/source/frames.js';
import type { AppConnection } from './link-server.js';

type SpanLine = Extract<LinkLine, { t: 'span' }>;
type LibraryLine = Extract<LinkLine, { t: 'library' }>;

/** Keeps a source text and answers its hash. */
export type SaveSource = (source: { file: string; text: string }) => string | undefined;

const MOST_TEXTS = 300;

/** What one connected process has told so far. */
export class AppProcess {
  readonly connection: AppConnection;
  readonly app: AppInfo;
  #frames: FrameResolver;
  #resolved = new Map<number, Frame>();
  #stacks = new Map<number, Frame[]>();
  #sources = new Map<Frame, string | undefined>();
  #lines = new WeakMap<Frame, string[]>();
  #texts = new Map<string, string[]>();
  /** By connection: the number of the call that it was first seen with. */
  #connections = new Map<string, number>();
  /** By the name that spans have. */
  #libraries = new Map<string, LibraryInfo>();

  /** `project` is the folder that files are relative to; `agent` the agent's own file, whose frames are nobody's. */
  constructor(peer: AppConnection, project: string, agent: string) {
    this.connection = peer;
    this.app = { pid: peer.pid, command: peer.command, cwd: project, node: peer.node };
    this.#frames = new FrameResolver(project, { agent, since: peer.origin });
  }

  /** Takes in the map of a script that is not on disk as it runs. */
  learnMap(file: string, map: string): void {
    this.#frames.addMap(file, map);
  }

  /** Takes in frames seen for the first time; resolved and read at once, since a later build or edit may move their lines. */
  learnFrames(frames: [number, string, string, number, number][]): void {
    for (const [n, fn, file, line, column] of frames) {
      const frame = this.#frames.resolve(String(fn), String(file), Number(line), Number(column));
      this.#resolved.set(n, frame);
      if (frame.application) this.#frames.sourceOf(frame);
    }
  }

  learnStack(n: number, frames: number[]): void {
    this.#stacks.set(
      n,
      frames.flatMap((frame) => this.#resolved.get(frame) ?? []),
    );
  }

  /** Takes in what is told of a package; of several that make up one library, that of its name says the version. */
  learnLibrary({ name, version, library = name, dialect, explain, mapper }: LibraryLine): void {
    const known = this.#libraries.get(library);
    const own = version !== '' && (name === library || known?.version === undefined);
    this.#libraries.set(library, {
      ...known,
      ...(own && { version }),
      ...(dialect !== undefined && { dialect }),
      ...(explain !== undefined && { explain }),
      ...(mapper !== undefined && { mapper }),
    });
  }

  /** Facts of the libraries that spans name, and of the mappers that stand between the app and them. */
  libraries(spans: RecordedSpan[]): Record<string, LibraryInfo> {
    const named = new Set(spans.map(({ library }) => library));
    return Object.fromEntries([...this.#libraries].filter(([name, { mapper }]) => mapper || named.has(name)));
  }

  /** Answers `file:line` of the first application frame of a stack. */
  siteOf(stack: number | undefined): string | undefined {
    const frame = firstApplicationFrame((stack !== undefined && this.#stacks.get(stack)) || []);
    return frame && formatSite(frame);
  }

  /** Answers epoch ms for an instant of a line. */
  epoch(at: number): number {
    return this.connection.origin + at / 1000;
  }

  /** Answers the span that a line tells of, in a trace that began at `start` (epoch ms). */
  span(line: SpanLine, start: number): RecordedSpan {
    const stack = (line.stack !== undefined && this.#stacks.get(line.stack)) || [];
    const detail = this.#opened(line) ? { ...line.detail, opened: true } : line.detail;
    return {
      kind: String(line.kind),
      library: String(line.library),
      name: String(line.name),
      ...(detail !== undefined && { detail }),
      start: Math.max(0, roundToMicros(this.epoch(line.at) - start)),
      ...(line.duration !== undefined && { duration: line.duration / 1000 }),
      ...(line.wait !== undefined && { wait: line.wait / 1000 }),
      ...(line.rows !== undefined && { rows: line.rows }),
      ...(line.error !== undefined && { error: String(line.error) }),
      stack,
    };
  }

  /** Answers, per file of the app in the spans' stacks, the hash under which its text as it ran has been kept. */
  sources(spans: RecordedSpan[], keep: SaveSource): Record<string, string> {
    const sources: Record<string, string> = {};
    for (const frame of this.#applicationFrames(spans)) {
      const hash = frame.file in sources ? undefined : this.#source(frame, keep);
      if (hash !== undefined) sources[frame.file] = hash;
    }
    return sources;
  }

  /** Answers what could not be had of the files in the spans' stacks, in words. */
  notes(spans: RecordedSpan[]): string[] {
    const { notes } = this.#frames;
    if (notes.size === 0) return [];
    const files = new Set([...this.#applicationFrames(spans)].map(({ file }) => file));
    return [...files].flatMap((file) => notes.get(file) ?? []);
  }

  /** Answers the text of a frame's file as it ran, at the frame's line or at another one. */
  line(frame: Frame, line = frame.line): string | undefined {
    let lines = this.#lines.get(frame);
    if (lines === undefined) {
      const { text = '' } = this.#frames.sourceOf(frame) ?? {};
      lines = this.#texts.get(text) ?? text.split('\n');
      if (this.#texts.size >= MOST_TEXTS) this.#texts.clear();
      this.#texts.set(text, lines);
      this.#lines.set(frame, lines);
    }
    return lines[line - 1];
  }

  /** Answers whether a call waited because its connection was only being opened; a call may be told twice. */
  #opened({ n, library, wait, detail }: SpanLine): boolean {
    if (detail?.connection === undefined) return false;
    const key = `${library} ${detail.connection}`;
    if (!this.#connections.has(key)) this.#connections.set(key, n);
    return wait !== undefined && wait > 0 && this.#connections.get(key) === n;
  }

  #applicationFrames(spans: RecordedSpan[]): Set<Frame> {
    const frames = new Set<Frame>();
    // The spans of a loop share their stack.
    for (const stack of new Set(spans.map((span) => span.stack)))
      for (const frame of stack) if (frame.application) frames.add(frame);
    return frames;
  }

  #source(frame: Frame, keep: SaveSource): string | undefined {
    if (this.#sources.has(frame)) return this.#sources.get(frame);
    const source = this.#frames.sourceOf(frame);
    const hash = source && keep(source);
    this.#sources.set(frame, hash);
    return hash;
  }
}
