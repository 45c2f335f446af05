/** Code frames: the source line at a position and the lines around it, safe to print. */

import { escapeControls } from '../domain/text.js';

/** One line of a code frame. */
export interface CodeLine {
  /** 1-based. */
  line: number;
  /** Line number, padded to the frame's longest, and a rule: `47 │ `. */
  gutter: string;
  text: string;
  /** True for the line at the position. */
  isCurrent: boolean;
}

/**
 * Lines of a source text. A lone carriage return ends a line too, as in JavaScript and in its stack
 * traces.
 */
export function splitLines(text: string): string[] {
  return text.split(/\r\n|\n|\r/);
}

/** Line of code safe for a terminal, its tabs as two spaces. */
export function codeText(line: string): string {
  return escapeControls(line.replaceAll('\t', '  ')).trimEnd();
}

/**
 * The line (1-based) and up to `around` lines on either side, without common indentation; empty for
 * an unknown line.
 */
export function codeFrame(lines: readonly string[], line: number, around: number): CodeLine[] {
  if (line < 1 || line > lines.length) return [];
  const first = Math.max(1, line - around);
  const texts = dedent(lines.slice(first - 1, line + around).map(codeText));
  const digits = String(first + texts.length - 1).length;
  return texts.map((text, n) => ({
    line: first + n,
    gutter: `${String(first + n).padStart(digits)} │ `,
    text,
    isCurrent: first + n === line,
  }));
}

function dedent(texts: string[]): string[] {
  const indents = texts.filter((text) => text !== '').map((text) => text.search(/\S/));
  const shared = indents.length > 0 ? Math.min(...indents) : 0;
  return texts.map((text) => text.slice(shared));
}
