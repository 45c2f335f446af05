/** Frame resolution: from V8's frames to positions and text of the sources, through source maps. */

import { dirname, join, relative } from 'node:path';
import type { Frame } from '../../domain/trace.js';
import { Lru } from '../util/lru.js';
import { type Disk, disk as realDisk } from './disk.js';
import { sourceNameOf } from './mapped-name.js';
import { isInside, OwnCode } from './own-code.js';
import {
  isCommandLineCode,
  isLibrary,
  pathOfSource,
  type ScriptLocation,
  scriptLocation,
} from './script-location.js';
import { inlineMap, MappedScript, mapPath, mapUrl } from './source-map.js';
import { isMinifiedLine, mayRunAt } from './source-position.js';

/** Options of a FrameResolver. */
export interface FrameResolverOptions {
  /** Path of the agent's file or folder: its frames are no application frames. */
  agent?: string;
  /** Start of the app's process, in epoch ms: it may run older versions of files written later. */
  since?: number;
  /** Names of packages that count as the app's code; `@acme/*` stands for a scope. */
  packages?: string[];
  disk?: Disk;
}

/** A version of a generated file, and its source map. */
interface ScriptVersion {
  identity: string;
  script: MappedScript;
  /** Path of the external source map: a changed map makes a new version. */
  map?: string;
}

/** A version of a source file. */
interface TextVersion {
  identity: string;
  text: string | undefined;
  /** Length of each line. */
  widths: number[];
}

/** Bytes of a file, or characters of an embedded text. */
const MAX_TEXT_SIZE = 1024 * 1024;
const MAX_MAP_BYTES = 64 * 1024 * 1024;
const MAX_VERSIONS = 3;
/** Maps from a bundle to its sources, one behind the other. */
const MAX_MAPS = 4;
const MAX_FILES = 300;
/** Characters of the texts of all files. */
const MAX_TEXTS_SIZE = 64 * 1024 * 1024;

/** Resolves the frames of one process, as soon as it sends them: a later build may move lines. */
export class FrameResolver {
  /** Problems with a file or its source map, as sentences, by the displayed file name. */
  readonly notes = new Map<string, string>();
  #roots: string[];
  #ownCode: OwnCode;
  #since: number;
  #disk: Disk;
  /** Generated files by path, the newest version first. */
  #versions = new Map<string, ScriptVersion[]>();
  /** Source maps that the process sent, by script name. */
  #memoryMaps = new Map<string, MappedScript>();
  /** Scripts that were evaluated without a map: no file has their lines. */
  #unmapped = new Set<string>();
  /** Source text embedded in source maps, by displayed file name. */
  #contents = new Map<string, () => string | undefined>();
  #lastText: { path: string; identity: string | undefined; text: string | undefined } | undefined;
  /** Source files by path, the newest version last. */
  #texts = new Lru<TextVersion[]>(MAX_FILES, {
    maxSize: MAX_TEXTS_SIZE,
    sizeOf: (_, versions) =>
      versions.reduce((sum, { text, widths }) => sum + (text?.length ?? 0) + widths.length, 0),
  });

  constructor(project: string, options: FrameResolverOptions = {}) {
    this.#disk = options.disk ?? realDisk;
    this.#roots = [...new Set([project, this.#disk.real(project)])];
    const { agent, packages = [] } = options;
    this.#ownCode = new OwnCode({ roots: this.#roots, agent, packages, disk: this.#disk });
    this.#since = options.since ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Adds a source map that exists only in memory (tsx, ts-node); it replaces the map on disk. Empty
   * for a script that was evaluated and has none.
   */
  addMap(file: string, json: string): void {
    const { path, name } = scriptLocation(file, 0, 0);
    this.#unmapped.delete(name);
    if (json === '') {
      this.#memoryMaps.delete(name);
      this.#unmapped.add(name);
      return;
    }
    // A script without a file, such as webpack's in memory, has sources relative to the project.
    const script = new MappedScript(undefined, json, path ?? join(this.#roots[0]!, 'memory'));
    const displayName = this.#displayName(name);
    if (script.isBroken) this.notes.set(displayName, `${displayName}: its source map cannot be read`);
    else this.#memoryMaps.set(name, script);
  }

  /**
   * Frame in the original source; its file is relative to the project if inside of it. `isMapped`
   * where the app's process has mapped the position: one of a script that goes by its source's name
   * (tsx, ts-node) would be mapped twice.
   */
  resolve(fn: string, file: string, line: number, column: number, isMapped = false): Frame {
    const location = scriptLocation(file, line, column);
    const raw = {
      function: fn || '<anonymous>',
      file: location.name,
      line: location.line,
      column: location.column,
    };
    const inMemory = location.path === undefined;
    if (inMemory && !this.#memoryMaps.has(location.name))
      return { ...raw, application: isCommandLineCode(location.name) };
    const path = location.path ?? location.name;
    if (!inMemory) raw.file = this.#displayName(path);
    // Frames of libraries stay unmapped: their maps name sources that are not installed.
    if (!this.#ownCode.isOwnPath(path)) return { ...raw, application: false };
    if (this.#unmapped.has(location.name)) return { ...raw, application: true, generated: true };
    const isDone = isMapped && this.#memoryMaps.has(path);
    const script = isDone ? undefined : this.#scriptAt(path, location.line, location.column);
    return script?.hasMap ? this.#mapped(raw, script, location) : this.#unmappedFrame(raw, path);
  }

  /** Frame of a file as it is on disk, unless another text must have been running. */
  #unmappedFrame(raw: Omit<Frame, 'application'>, path: string): Frame {
    const frame = this.#ownCode.frameOf(raw, path, () => this.#readText({ ...raw, application: true }));
    if (!frame.application) return frame;
    const text = this.#readText(frame);
    // A minifier has made it, and left no map: its lines are no lines of the app.
    if (text !== undefined && isMinifiedLine(text, frame.line)) return { ...frame, generated: true };
    const isChanged = (this.#disk.written(path) ?? 0) > this.#since;
    if (text === undefined || isChanged || mayRunAt(text, frame.line, frame.column)) return frame;
    return { ...frame, generated: true };
  }

  /** The frames of a stack, where packages stand for the app if no frame is its own. */
  resolveStack(frames: Frame[]): Frame[] {
    return this.#ownCode.stackOf(frames, (file) => this.#absolute(file));
  }

  #mapped(raw: Omit<Frame, 'application'>, script: MappedScript, location: ScriptLocation, depth = 1): Frame {
    const original = script.original(location.line, location.column);
    const path = original && this.#locateSource(original.source);
    if (!original || path === undefined) return { ...raw, application: false };
    const displayName = this.#displayName(path);
    const isOutside = !this.#mayRead(path, location.path);
    const content = () => script.content(original.source) ?? (isOutside ? '' : undefined);
    this.#contents.set(displayName, content);
    const { line, column } = original;
    const frame = { function: raw.function, file: displayName, line, column };
    if (original.ignored || !this.#ownCode.isOwnPath(path)) return { ...frame, application: false };
    frame.function = this.#sourceName(raw.function, script, location, original.source, frame);
    const further =
      path === location.path || depth >= MAX_MAPS ? undefined : this.#mappedAgain(frame, path, depth);
    if (further !== undefined) return further;
    return this.#ownCode.frameOf(frame, path, () => content() ?? script.head);
  }

  /**
   * Frame in what a source was made of: bundlers that read no maps of what they bundle (SvelteKit's
   * adapter) name the files of the step before. Undefined where that has no map.
   */
  #mappedAgain(raw: Omit<Frame, 'application'>, path: string, depth: number): Frame | undefined {
    if (!/\.[cm]?js$/.test(path) || this.#memoryMaps.has(path)) return undefined;
    const script = this.#scriptAt(path, raw.line, raw.column);
    if (!script?.hasMap) return undefined;
    const frame = this.#mapped(raw, script, { ...raw, path, name: path }, depth + 1);
    return frame.file === raw.file ? undefined : frame;
  }

  /** Name of a mapped frame's function in its source: bundles that were minified have another. */
  #sourceName(
    fn: string,
    script: MappedScript,
    { path, line, column }: ScriptLocation,
    sourceName: string,
    frame: Omit<Frame, 'application'>,
  ): string {
    if (path === undefined || this.#memoryMaps.has(path)) return fn;
    const source = this.#contents.get(frame.file)?.() ?? this.#readText({ ...frame, application: true });
    if (source === undefined) return fn;
    const generated = () => this.#generatedText(path);
    const original = (at: number, from: number) => script.original(at, from);
    return sourceNameOf(fn, line, column, { generated, source, sourceName, original });
  }

  /** Text of the generated file that was asked for last: frames of one file come together. */
  #generatedText(path: string): string | undefined {
    const identity = this.#disk.identity(path);
    if (this.#lastText?.path !== path || this.#lastText.identity !== identity)
      this.#lastText = { path, identity, text: this.#disk.read(path) };
    return this.#lastText.text;
  }

  /**
   * Text of a frame's file, from its source map, else from disk as it was when it was first read.
   * Undefined for a minified file, and above 1 MB.
   */
  sourceOf(frame: Frame): { file: string; text: string } | undefined {
    if (frame.generated) return undefined;
    const text = this.#contents.get(frame.file)?.() ?? this.#readText(frame);
    return text === undefined || text === '' || !isReadable(text) ? undefined : { file: frame.file, text };
  }

  #displayName(path: string): string {
    const root = this.#roots.find((root) => isInside(root, path));
    return root === undefined ? path : relative(root, path);
  }

  #absolute(file: string): string | undefined {
    const path = scriptLocation(file, 0, 0).path;
    if (path !== undefined) return path;
    return /^(?:[a-z-]+:|\[|<|$)/.test(file) ? undefined : join(this.#roots[0]!, file);
  }

  // A source map of another machine (an image, a CI) has its paths, or sources relative to /.
  #locateSource(source: string): string | undefined {
    const path = pathOfSource(source, this.#roots[0]!);
    if (path === undefined || this.#disk.identity(path) !== undefined) return path;
    const inside = join(this.#roots[0]!, path);
    return this.#disk.identity(inside) === undefined ? path : inside;
  }

  // A process may run an older build: a position that the newest version lacks is in an older one.
  #scriptAt(path: string, line: number, column: number): MappedScript | undefined {
    const memoryMap = this.#memoryMaps.get(path);
    if (memoryMap) return memoryMap;
    const versions = this.#versionsOf(path);
    return versions.find(({ script }) => script.covers(line, column))?.script;
  }

  #versionsOf(path: string): ScriptVersion[] {
    const versions = this.#versions.get(path) ?? [];
    const identity = this.#disk.identity(path);
    if (identity === undefined) return versions;
    const newest = versions[0];
    if (newest?.identity === identity + (newest?.map ? this.#disk.identity(newest.map) : '')) return versions;
    versions.unshift(this.#load(path, identity));
    versions.length = Math.min(versions.length, MAX_VERSIONS);
    this.#versions.set(path, versions);
    return versions;
  }

  #load(path: string, identity: string): ScriptVersion {
    const text = this.#disk.read(path) ?? '';
    const url = mapUrl(text);
    if (url === undefined) return { identity, script: new MappedScript(text, undefined, path) };
    const map = url.startsWith('data:') ? undefined : mapPath(url, path);
    const json = map === undefined ? inlineMap(url) : this.#readMap(map, path);
    const script = new MappedScript(text, json, map ?? path);
    if (json === undefined || script.isBroken) {
      const subject =
        map === undefined ? 'its inline source map' : `its source map ${this.#displayName(map)}`;
      const displayName = this.#displayName(path);
      this.notes.set(
        displayName,
        `${displayName}: ${subject} cannot be read; lines are those of the generated file`,
      );
    }
    return map === undefined
      ? { identity, script }
      : { identity: identity + this.#disk.identity(map), script, map };
  }

  /**
   * Whether a file that a script's map names may be read: in the project, in node_modules, or in the
   * package of the script. A map may name any file of the user, and its text would be recorded.
   */
  #mayRead(path: string, script: string | undefined): boolean {
    const real = this.#disk.real(path);
    if (isLibrary(real) || this.#roots.some((root) => isInside(root, real))) return true;
    const folder = script === undefined ? undefined : this.#packageFolder(script);
    return folder !== undefined && isInside(this.#disk.real(folder), real);
  }

  /** Nearest folder above a script with a package.json, else the script's own folder. */
  #packageFolder(script: string): string {
    for (let folder = dirname(script); folder !== dirname(folder); folder = dirname(folder)) {
      if (this.#disk.identity(join(folder, 'package.json')) !== undefined) return folder;
    }
    return dirname(script);
  }

  #readMap(path: string, script: string): string | undefined {
    if (!this.#mayRead(path, script)) return undefined;
    return (this.#disk.size(path) ?? 0) > MAX_MAP_BYTES ? undefined : this.#disk.read(path);
  }

  // A process keeps running the version it has loaded: an earlier text that has the position wins.
  #readText({ file, line, column }: Frame): string | undefined {
    const path = this.#absolute(file);
    if (path === undefined) return undefined;
    const versions = this.#texts.get(path) ?? [];
    const known = versions.find(({ widths }) => column <= (widths[line - 1] ?? -1) + 1);
    if (known) return known.text;
    const identity = this.#disk.identity(path);
    if (identity === undefined || identity === versions.at(-1)?.identity) return versions.at(-1)?.text;
    if ((this.#disk.written(path) ?? 0) > this.#since) {
      const warning = 'it was written after the app had started, so lines of it may be off';
      this.notes.set(file, `the text of ${file} as it runs: ${warning}`);
    }
    const text = (this.#disk.size(path) ?? 0) > MAX_TEXT_SIZE ? undefined : this.#disk.read(path);
    const widths = (text ?? '').split('\n').map((line) => line.length);
    this.#texts.set(path, [...versions, { identity, text, widths }].slice(-MAX_VERSIONS));
    return text;
  }
}

// A minified bundle is unreadable, and its one line would be stored completely.
function isReadable(text: string): boolean {
  if (text.length > MAX_TEXT_SIZE) return false;
  return text.length < 5000 || text.length / text.split('\n').length < 500;
}
