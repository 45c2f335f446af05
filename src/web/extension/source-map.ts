/** Source maps of scripts in the browser: which line of the source a line of a script is. */

/** A map as it is in a file: version 3, also one that is made of sections. */
export interface ScriptMap {
  sources?: unknown;
  sourceRoot?: unknown;
  mappings?: unknown;
  sections?: unknown;
}

/** A place in a source; the line counts from 0. */
export interface SourcePlace {
  source: string;
  line: number;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Map([...DIGITS].map((digit, value) => [digit, value]));
const MAX_DEPTH = 4;

/** Source of a position, both counted from 0; undefined where the map has none, or is none. */
export function sourcePlaceOf(
  map: ScriptMap,
  line: number,
  column: number,
  depth = 0,
): SourcePlace | undefined {
  if (Array.isArray(map.sections)) {
    if (depth >= MAX_DEPTH) return undefined;
    const section = (
      map.sections as { offset?: { line: number; column: number }; map?: ScriptMap }[]
    ).findLast(
      ({ offset }) => offset && (offset.line < line || (offset.line === line && offset.column <= column)),
    );
    if (!section?.map || !section.offset) return undefined;
    const isFirst = section.offset.line === line;
    const within = [line - section.offset.line, column - (isFirst ? section.offset.column : 0)] as const;
    return sourcePlaceOf(section.map, ...within, depth + 1);
  }
  if (typeof map.mappings !== 'string' || !Array.isArray(map.sources)) return undefined;
  const found = segmentAt(map.mappings, line, column);
  const source: unknown = found && map.sources[found.source];
  if (typeof source !== 'string') return undefined;
  const root = typeof map.sourceRoot === 'string' ? map.sourceRoot : '';
  return { source: root === '' ? source : `${root.replace(/\/$/, '')}/${source}`, line: found!.line };
}

/** The last segment of a line that begins at or before a column; figures count on over all lines. */
function segmentAt(
  mappings: string,
  line: number,
  column: number,
): { source: number; line: number } | undefined {
  let [source, sourceLine] = [0, 0];
  let found: { source: number; line: number } | undefined;
  for (const [number, text] of mappings.split(';', line + 1).entries()) {
    let at = 0;
    for (const segment of text === '' ? [] : text.split(',')) {
      const [columns = 0, sources, lines] = figuresOf(segment);
      at += columns;
      if (number === line && at > column) return found;
      source += sources ?? 0;
      sourceLine += lines ?? 0;
      if (number === line) found = sources === undefined ? undefined : { source, line: sourceLine };
    }
  }
  return found;
}

/** Figures of a segment: base 64, five bits a digit, the lowest bit is the sign. */
function figuresOf(segment: string): number[] {
  const figures: number[] = [];
  let [value, shift] = [0, 0];
  for (const digit of segment) {
    const bits = VALUES.get(digit) ?? 0;
    value |= (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    figures.push(value & 1 ? -(value >>> 1) : value >>> 1);
    [value, shift] = [0, 0];
  }
  return figures;
}
