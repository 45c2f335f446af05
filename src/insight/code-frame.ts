/** The lines around a site. */

/** One line of source. */
export interface CodeLine {
  /** 1-based. */
  line: number;
  text: string;
  /** True for the line that was asked for. */
  here: boolean;
}

/** Answers the line (1-based) and up to `context` lines on either side; nothing when the text has no such line. */
export function codeFrame(text: string, line: number, context: number): CodeLine[] {
  const lines = text.split(/\r\n|\n|\r/);
  if (line < 1 || line > lines.length) return [];
  const first = Math.max(1, line - context);
  return lines
    .slice(first - 1, line + context)
    .map((content, index) => ({ line: first + index, text: content, here: first + index === line }));
}
