/** Positions in source text: whether V8 can have been there. */

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
