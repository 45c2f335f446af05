/** From a frame as V8 names it to the line that the user wrote, and to that line's text. */

import { join, relative, sep } from 'node:path';
import type { Frame } from '../../domain/trace.js';
import { type Disk, disk as realDisk } from './disk.js';
import {
  isCommandLineCode,
  isLibrary,
  pathOfSource,
  type ScriptLocation,
  scriptLocation,
} from './script-location.js';
import { inlineMap, MappedScript, mapPath, mapUrl } from './source-map.js';

/** What differs from one launcher, or one test, to another. */
export interface FrameResolverOptions {
  /** Path of the agent's file or folder, whose frames are nobody's. */
  agent?: string;
  /** Epoch ms when the process began: what was written later may not be what it runs. */
  since?: number;
  disk?: Disk;
}

interface Version {
  identity: string;
  script: MappedScript;
  /** The external map that was read, to notice that it has been written again. */
  map?: string;
}

/** A file as it was when it was read. */
interface Text {
  identity: string;
  text: string | undefined;
  widths: number[];
}

const MAX_TEXT = 1024 * 1024;
const MAX_MAP = 64 * 1024 * 1024;
const VERSIONS = 3;
const TEXTS = 300;

/** Resolves the frames of one process of the app. Use one per process, and as soon as a frame is first seen: a later build may move its line. */
export class FrameResolver {
  /** By file as it is shown: what could not be had of it, in words. */
  readonly notes = new Map<string, string>();
  #roots: string[];
  #agent: string | undefined;
  #since: number;
  #disk: Disk;
  #versions = new Map<string, Version[]>();
  #given = new Map<string, MappedScript>();
  #contents = new Map<string, () => string | undefined>();
  #texts = new Map<string, Text[]>();

  constructor(project: string, options: FrameResolverOptions = {}) {
    this.#disk = options.disk ?? realDisk;
    this.#roots = [...new Set([project, this.#disk.real(project)])];
    this.#agent = options.agent;
    this.#since = options.since ?? Number.POSITIVE_INFINITY;
  }

  /** Keeps a source map that exists only in the app's memory (tsx, ts-node), in place of what is on disk. */
  addMap(file: string, json: string): void {
    const { path, name } = scriptLocation(file, 0, 0);
    // Sources of what is in no file, as webpack's in memory, are named from the project.
    const script = new MappedScript(undefined, json, path ?? join(this.#roots[0]!, 'memory'));
    const short = this.#short(name);
    if (script.isBroken) this.notes.set(short, `${short}: its source map cannot be read`);
    else this.#given.set(name, script);
  }

  /** Answers the frame in the user's own terms: the mapped file (relative to the project when inside it), line, column, and whose code it is. */
  resolve(fn: string, file: string, line: number, column: number): Frame {
    const place = scriptLocation(file, line, column);
    const raw = { function: fn || '<anonymous>', file: place.name, line: place.line, column: place.column };
    const inMemory = place.path === undefined;
    if (inMemory && !this.#given.has(place.name))
      return { ...raw, application: isCommandLineCode(place.name) };
    const path = place.path ?? place.name;
    if (!inMemory) raw.file = this.#short(path);
    // Libraries are shown as they run: their maps lead to files that are not installed.
    if (!this.#own(path)) return { ...raw, application: false };
    const script = this.#script(path, place.line, place.column);
    if (!script?.hasMap) return { ...raw, application: true };
    return this.#mapped(raw, script, place);
  }

  #mapped(raw: Omit<Frame, 'application'>, script: MappedScript, place: ScriptLocation): Frame {
    const original = script.original(place.line, place.column);
    const path = original && this.#place(original.source);
    if (!original || path === undefined) return { ...raw, application: false };
    const short = this.#short(path);
    this.#contents.set(short, () => script.content(original.source));
    return {
      function: raw.function,
      file: short,
      line: original.line,
      column: original.column,
      application: !original.ignored && this.#own(path),
    };
  }

  /** Answers the text of the frame's file: what its map carries, else the file as it was when this was first asked; nothing above 1 MB or minified. */
  sourceOf(frame: Frame): { file: string; text: string } | undefined {
    const text = this.#contents.get(frame.file)?.() ?? this.#onDisk(frame);
    return text === undefined || !isReadable(text) ? undefined : { file: frame.file, text };
  }

  #own(path: string): boolean {
    return !isLibrary(path) && !(this.#agent && (path === this.#agent || path.startsWith(this.#agent + sep)));
  }

  #short(path: string): string {
    for (const root of this.#roots) {
      const inside = relative(root, path);
      if (inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`) && inside !== path)
        return inside;
    }
    return path;
  }

  #absolute(file: string): string | undefined {
    const path = scriptLocation(file, 0, 0).path;
    if (path !== undefined) return path;
    return /^(?:[a-z-]+:|\[|<|$)/.test(file) ? undefined : join(this.#roots[0]!, file);
  }

  // A map made elsewhere (an image, a CI) names paths of that machine, or roots its sources at /.
  #place(source: string): string | undefined {
    const path = pathOfSource(source, this.#roots[0]!);
    if (path === undefined || this.#disk.identity(path) !== undefined) return path;
    const inside = join(this.#roots[0]!, path);
    return this.#disk.identity(inside) === undefined ? path : inside;
  }

  // A process may still run what was built before: a position that the newest file cannot have is looked up in older ones.
  #script(path: string, line: number, column: number): MappedScript | undefined {
    const given = this.#given.get(path);
    if (given) return given;
    const versions = this.#read(path);
    return versions.find(({ script }) => script.covers(line, column))?.script;
  }

  #read(path: string): Version[] {
    const versions = this.#versions.get(path) ?? [];
    const identity = this.#disk.identity(path);
    if (identity === undefined) return versions;
    const newest = versions[0];
    if (newest?.identity === identity + (newest?.map ? this.#disk.identity(newest.map) : '')) return versions;
    versions.unshift(this.#load(path, identity));
    versions.length = Math.min(versions.length, VERSIONS);
    this.#versions.set(path, versions);
    return versions;
  }

  #load(path: string, identity: string): Version {
    const text = this.#disk.read(path) ?? '';
    const url = mapUrl(text);
    if (url === undefined) return { identity, script: new MappedScript(text, undefined, path) };
    const map = url.startsWith('data:') ? undefined : mapPath(url, path);
    const json = map === undefined ? inlineMap(url) : this.#json(map);
    const script = new MappedScript(text, json, map ?? path);
    if (json === undefined || script.isBroken) {
      const what = map === undefined ? 'its inline source map' : `its source map ${this.#short(map)}`;
      const short = this.#short(path);
      this.notes.set(short, `${short}: ${what} cannot be read; lines are those of the generated file`);
    }
    return map === undefined
      ? { identity, script }
      : { identity: identity + this.#disk.identity(map), script, map };
  }

  #json(path: string): string | undefined {
    return (this.#disk.size(path) ?? 0) > MAX_MAP ? undefined : this.#disk.read(path);
  }

  // A process goes on running what it has loaded: a text that was read earlier counts, as long as it has such a position.
  #onDisk({ file, line, column }: Frame): string | undefined {
    const path = this.#absolute(file);
    if (path === undefined) return undefined;
    const texts = this.#texts.get(path) ?? [];
    const known = texts.find(({ widths }) => column <= (widths[line - 1] ?? -1) + 1);
    if (known) return known.text;
    const identity = this.#disk.identity(path);
    if (identity === undefined || identity === texts.at(-1)?.identity) return texts.at(-1)?.text;
    if ((this.#disk.written(path) ?? 0) > this.#since) {
      const doubt = 'it was written after the app had started, so lines of it may be off';
      this.notes.set(file, `the text of ${file} as it runs: ${doubt}`);
    }
    const text = (this.#disk.size(path) ?? 0) > MAX_TEXT ? undefined : this.#disk.read(path);
    const widths = (text ?? '').split('\n').map((one) => one.length);
    if (this.#texts.size >= TEXTS) this.#texts.delete(this.#texts.keys().next().value!);
    this.#texts.set(path, [...texts, { identity, text, widths }].slice(-VERSIONS));
    return text;
  }
}

// A bundle of one long line shows nothing to a reader, and would be kept whole.
function isReadable(text: string): boolean {
  if (text.length > MAX_TEXT) return false;
  return text.length < 5000 || text.length / text.split('\n').length < 500;
}
