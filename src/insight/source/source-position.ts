/** Positions in source text: whether V8 can have been there, and whether a person wrote the line. */

/**
 * Whether a call can be at a position (1-based): not within a word, nor in space or behind what
 * ends an expression. A compiler that leaves no source map moves most positions to such a place.
 */
export function mayRunAt(text: string, line: number, column: number): boolean {
  // Other ends of lines are counted in another way.
  if (/\r(?!\n)|[\u2028\u2029]/.test(text)) return true;
  const code = text.replace(/^\ufeff/, '').split('\n')[line - 1];
  const char = code?.[column - 1];
  if (code === undefined || char === undefined || /[\s)\]},;]/.test(char)) return false;
  return !(/[\w$]/.test(char) && /[\w$]/.test(code[column - 2] ?? ''));
}

/** Characters of a line that people exceed with data only. */
const MAX_WRITTEN_LINE = 500;
/** Statements and bodies without a space between them that only a minifier puts on one line. */
const MIN_STATEMENTS = 8;

/** Whether a line (1-based) of a file is that of a minifier: long, and of many statements. */
export function isMinifiedLine(text: string, line: number): boolean {
  const code = lineOf(text, line);
  if (code.length < MAX_WRITTEN_LINE) return false;
  return (code.match(/[;}](?=[A-Za-z_$])|\)\{/g)?.length ?? 0) >= MIN_STATEMENTS;
}

// Without an array of all lines: the text is a bundle of megabytes.
function lineOf(text: string, line: number): string {
  let start = 0;
  for (let at = 1; at < line; at++) {
    start = text.indexOf('\n', start) + 1;
    if (start === 0) return '';
  }
  const end = text.indexOf('\n', start);
  return text.slice(start, end < 0 ? undefined : end);
}
