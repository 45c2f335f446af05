/** Positions in source files and their text form, `file:line`. */

/** Text of a source file at the time of a request. */
export interface SourceText {
  file: string;
  text: string;
}

/** Position in a file; the numbers are 1-based. */
export interface Position {
  file: string;
  line: number;
  column?: number;
}

/** Position as a site, `file:line`, without its column: all calls on a line share one site. */
export function formatSite({ file, line }: Position): string {
  return `${file}:${line}`;
}

/** Position as in editors and stacks: `file:line:column`, or `file:line` without a column. */
export function formatPosition(position: Position): string {
  const { column } = position;
  return column === undefined ? formatSite(position) : `${formatSite(position)}:${column}`;
}

/** Position of a V8 stack, `file:line:column`; V8 always writes a column. */
export function parsePosition(text: string): Position | undefined {
  const [, file, line, column] = /^(.+):(\d+):(\d+)$/s.exec(text) ?? [];
  return file === undefined ? undefined : { file, line: Number(line), column: Number(column) };
}

/**
 * Position from `file:line` or `file:line:column`. Names contain colons as well (`C:\app\a.js`,
 * `node:fs`, `jobs:7`): of two numbers the first is the line only behind a file extension or
 * `[eval]`, otherwise it is part of the name.
 */
export function parseSite(text: string | undefined): Position | undefined {
  const position = parsePosition(text ?? '');
  if (position && /\.[\w$-]+$|\]$/.test(position.file)) return position;
  const [, file, line] = /^(.+):(\d+)$/s.exec(text ?? '') ?? [];
  return file === undefined ? undefined : { file, line: Number(line) };
}
