/** Code frames: the source line at a position and the lines around it, safe to print. */

import { escapeControls } from '../domain/text.js';

/** One line of a frame. */
export interface CodeLine {
  /** 1-based. */
  line: number;
  /** The number, as wide as the frame's longest, and the rule behind it: `47 │ `. */
  gutter: string;
  text: string;
  /** True for the line at the position. */
  here: boolean;
}

/** Lines of a text, however they end: a lone carriage return ends one as well, in JavaScript as in its stacks' numbers. */
export function linesOf(text: string): string[] {
  return text.split(/\r\n|\n|\r/);
}

/** A line of code safe for a terminal, its tabs two spaces wide. */
export function codeText(line: string): string {
  return escapeControls(line.replaceAll('\t', '  ')).trimEnd();
}

/** The line (1-based) and up to `around` lines on either side, without the indentation that all share; empty when there is no such line. */
export function codeFrame(lines: readonly string[], line: number, around: number): CodeLine[] {
  if (line < 1 || line > lines.length) return [];
  const first = Math.max(1, line - around);
  const texts = dedented(lines.slice(first - 1, line + around).map(codeText));
  const digits = String(first + texts.length - 1).length;
  return texts.map((text, n) => ({
    line: first + n,
    gutter: `${String(first + n).padStart(digits)} │ `,
    text,
    here: first + n === line,
  }));
}

function dedented(texts: string[]): string[] {
  const indents = texts.filter((text) => text !== '').map((text) => text.search(/\S/));
  const shared = indents.length > 0 ? Math.min(...indents) : 0;
  return texts.map((text) => text.slice(shared));
}
