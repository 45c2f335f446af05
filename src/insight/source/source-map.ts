/** Source maps: from a position in a generated file to the original position. */

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

/** Position in a source, 1-based; `source` as the source map names it. */
export interface OriginalPosition {
  source: string;
  line: number;
  column: number;
  /** The source map lists the source as not the user's code (ignoreList). */
  ignored: boolean;
}

const MAX_HEAD = 4000;

/** A version of a generated file with its source map. */
export class MappedScript {
  #map: TraceMap | undefined;
  #widths: number[] | undefined;

  /** Without `text` the file covers every position. An unreadable map sets `isBroken`. */
  constructor(text: string | undefined, json: string | undefined, mapPath: string) {
    this.#map = json === undefined ? undefined : parse(json, mapPath);
    this.isBroken = json !== undefined && this.#map === undefined;
    if (!this.#map || text === undefined) return;
    // Only a mapped file can be mapped wrongly: only for it the line lengths are stored.
    this.#widths = text.split('\n').map((line) => line.length);
    // Copied: a slice would keep the whole text.
    if (this.#map.sources.length === 1) this.head = Buffer.from(text.slice(0, MAX_HEAD)).toString();
  }

  /** Beginning of a file that was made of one source, whose first comments it has. */
  readonly head: string | undefined;

  readonly isBroken: boolean;

  get hasMap(): boolean {
    return this.#map !== undefined;
  }

  /** Whether the file has a position; otherwise the position is of another version. */
  covers(line: number, column: number): boolean {
    return this.#widths === undefined || column <= (this.#widths[line - 1] ?? -1) + 1;
  }

  /** Original position; undefined for code that the compiler added, or for an invalid mapping. */
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

  /** Text of a source, if the source map embeds it. */
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

// Fields of a source map may have any type, and are read late by trace-mapping: access may throw.
function attempt<T>(access: () => T): T | undefined {
  try {
    return access();
  } catch {
    return undefined;
  }
}

// More lines than a file has. For a sectioned map the library fills the lines before each section.
const MAX_LINES = 1_000_000;

function parse(json: string, mapPath: string): TraceMap | undefined {
  return attempt(() => {
    // Some servers prefix JSON with )]}' against inclusion as a script.
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

const MAP_COMMENT = /^[ \t]*(?:\/\/[#@]|\/\*[#@])[ \t]+sourceMappingURL=(\S+)/;

/** URL in the `sourceMappingURL` comment at the end of a file. */
export function mapUrl(text: string): string | undefined {
  const at = text.lastIndexOf('sourceMappingURL=');
  if (at < 0) return undefined;
  const start = text.lastIndexOf('\n', at) + 1;
  const end = text.indexOf('\n', at);
  const after = end < 0 ? '' : text.slice(end);
  // Only comments may follow: elsewhere in a file the text may be part of a string.
  if (!/^(?:\s|\/\/[^\n]*(?:\n|$)|\/\*[^*]*\*\/)*$/.test(after)) return undefined;
  const line = text.slice(start, end < 0 ? undefined : end);
  const match = MAP_COMMENT.exec(line) ?? MAP_COMMENT.exec(line.slice(line.lastIndexOf('//')));
  return match?.[1]?.replace(/\*\/$/, '');
}

/** Text of a `data:` URL; undefined for any other or an invalid URL. */
export function inlineMap(url: string): string | undefined {
  const found = /^data:([^,]*),/i.exec(url);
  if (!found) return undefined;
  const body = url.slice(found[0].length);
  try {
    return /;base64\s*$/i.test(found[1]!) ? Buffer.from(body, 'base64').toString() : decodeURIComponent(body);
  } catch {
    return undefined; // invalid percent-encoding
  }
}

/** Path of an external source map; undefined for a URL that is not a file's path. */
export function mapPath(url: string, file: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]+:/i.test(url)) return undefined;
  const path = url.replace(/[?#].*$/s, '');
  try {
    return resolve(dirname(file), decodeURIComponent(path));
  } catch {
    return resolve(dirname(file), path);
  }
}
