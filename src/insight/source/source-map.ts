/** One version of a generated file with its source map: from a generated position to the one that was written. */

import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  AnyMap,
  GREATEST_LOWER_BOUND,
  isIgnored,
  LEAST_UPPER_BOUND,
  originalPositionFor,
  type SectionedSourceMapInput,
  sourceContentFor,
  type TraceMap,
} from '@jridgewell/trace-mapping';

/** A position in a source, as its map names it. */
export interface OriginalPosition {
  source: string;
  line: number;
  column: number;
  /** The map itself says that this is not the user's code. */
  ignored: boolean;
}

/** A generated file as it was at one time. */
export class MappedScript {
  #map: TraceMap | undefined;
  #widths: number[] | undefined;

  /** Without `text` every position is taken as inside; a map that cannot be read is as none, and `broken` is then true. */
  constructor(text: string | undefined, json: string | undefined, mapPath: string) {
    this.#map = json === undefined ? undefined : parse(json, mapPath);
    this.isBroken = json !== undefined && this.#map === undefined;
    // Only a mapped file can be mapped wrongly, so only of such the shape is kept.
    if (this.#map && text !== undefined) this.#widths = text.split('\n').map((line) => line.length);
  }

  readonly isBroken: boolean;

  /** Answers whether positions of this file have to be mapped at all. */
  get hasMap(): boolean {
    return this.#map !== undefined;
  }

  /** Answers whether the file has such a position; one that has not is of another version. */
  covers(line: number, column: number): boolean {
    return this.#widths === undefined || column <= (this.#widths[line - 1] ?? -1) + 1;
  }

  /** Answers the source's position, or undefined for what the compiler added, or where the map makes no sense. */
  original(line: number, column: number): OriginalPosition | undefined {
    const map = this.#map;
    if (!map || line < 1) return undefined;
    const needle = { line, column: Math.max(0, column - 1) };
    for (const bias of [GREATEST_LOWER_BOUND, LEAST_UPPER_BOUND] as const) {
      const found = attempt(() => originalOf(map, { ...needle, bias }));
      if (found) return found;
    }
    return undefined;
  }

  /** Answers a source's text when the map carries it. */
  content(source: string): string | undefined {
    const map = this.#map;
    const text: unknown = map && attempt(() => sourceContentFor(map, source));
    return typeof text === 'string' ? text : undefined;
  }
}

function originalOf(
  map: TraceMap,
  needle: Parameters<typeof originalPositionFor>[1],
): OriginalPosition | undefined {
  const { source, line, column } = originalPositionFor(map, needle);
  if (typeof source !== 'string' || !Number.isInteger(line) || !Number.isInteger(column)) return undefined;
  if (line < 1 || column < 0) return undefined;
  return { source, line, column: column + 1, ignored: isIgnored(map, source) };
}

// A map is anybody's file: its fields are looked into late, and may be of any type.
function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

// More lines than a file has; a map of sections is filled up with empty ones to where they begin.
const MAX_LINES = 1_000_000;

function parse(json: string, mapPath: string): TraceMap | undefined {
  return attempt(() => {
    // Some servers lead JSON with )]}' against inclusion.
    const input = JSON.parse(json.replace(/^\)\]\}'[^\n]*\n?/, '')) as SectionedSourceMapInput;
    return hasSaneOffsets(input) ? new AnyMap(input, pathToFileURL(mapPath).href) : undefined;
  });
}

function hasSaneOffsets(input: unknown): boolean {
  const { sections } = input as { sections?: { map: unknown; offset: { line: number } }[] };
  return (
    sections === undefined ||
    sections.every(({ map, offset: { line } }) => line >= 0 && line < MAX_LINES && hasSaneOffsets(map))
  );
}

const COMMENT = /^[ \t]*(?:\/\/[#@]|\/\*[#@])[ \t]+sourceMappingURL=(\S+)/;

/** Answers the URL in the `sourceMappingURL` comment that ends a file, if there is one. */
export function mapUrl(text: string): string | undefined {
  const at = text.lastIndexOf('sourceMappingURL=');
  if (at < 0) return undefined;
  const start = text.lastIndexOf('\n', at) + 1;
  const end = text.indexOf('\n', at);
  const after = end < 0 ? '' : text.slice(end);
  // In a string in the middle of a file it means nothing: only comments may follow.
  if (!/^(?:\s|\/\/[^\n]*(?:\n|$)|\/\*[^*]*\*\/)*$/.test(after)) return undefined;
  const line = text.slice(start, end < 0 ? undefined : end);
  const own = COMMENT.exec(line) ?? COMMENT.exec(line.slice(line.lastIndexOf('//')));
  return own?.[1]?.replace(/\*\/$/, '');
}

/** Answers a `data:` URL's text, or undefined when it is none or broken. */
export function inlineMap(url: string): string | undefined {
  const found = /^data:([^,]*),/i.exec(url);
  if (!found) return undefined;
  const body = url.slice(found[0].length);
  try {
    return /;base64\s*$/i.test(found[1]!) ? Buffer.from(body, 'base64').toString() : decodeURIComponent(body);
  } catch {
    return undefined; // a % that decodes to nothing
  }
}

/** Answers the path of an external map, or undefined for one that is not on this machine. */
export function mapPath(url: string, file: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]+:/i.test(url)) return undefined;
  const path = url.replace(/[?#].*$/s, '');
  try {
    return resolve(dirname(file), decodeURIComponent(path));
  } catch {
    return resolve(dirname(file), path);
  }
}
