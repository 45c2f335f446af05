/** Positions in source files and their text form, `file:line`. */

/** The text of a source file as it was when a request ran. */
export interface SourceText {
  file: string;
  text: string;
}

/** A position in a file; the numbers are 1-based. */
export interface Position {
  file: string;
  line: number;
  column?: number;
}

/** A position as a site, `file:line`: a line is what people look for, and a site is the same for each call on it. */
export function formatSite({ file, line }: Position): string {
  return `${file}:${line}`;
}

/** A position as editors and stacks write it: `file:line:column`, or `file:line` where no column is known. */
export function formatPosition(position: Position): string {
  const { column } = position;
  return column === undefined ? formatSite(position) : `${formatSite(position)}:${column}`;
}

/** Reads `file:line:column`, as V8 writes positions: there is always a column. */
export function parsePosition(text: string): Position | undefined {
  const [, file, line, column] = /^(.+):(\d+):(\d+)$/s.exec(text) ?? [];
  return file === undefined ? undefined : { file, line: Number(line), column: Number(column) };
}

/**
 * Reads `file:line` and `file:line:column`. Names have colons as well (`C:\app\a.js`, `node:fs`, `jobs:7`): of two
 * numbers the first is the line only behind a file's extension or `[eval]`, else it is part of the name.
 */
export function parseSite(text: string | undefined): Position | undefined {
  const position = parsePosition(text ?? '');
  if (position && /\.[\w$-]+$|\]$/.test(position.file)) return position;
  const [, file, line] = /^(.+):(\d+)$/s.exec(text ?? '') ?? [];
  return file === undefined ? undefined : { file, line: Number(line) };
}
