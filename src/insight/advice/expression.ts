/** The expression of a call in JavaScript source, found by its brackets. */

const OPENING = '([{';
const CLOSING = ')]}';

/** Expression that has the call at a column of the first line: `db.select().from(books)`. */
export function expressionAt(before: string[], lines: string[], column: number): string {
  const [line = ''] = lines;
  return (startOf(before, line.slice(0, column)) + endOf(line.slice(column), lines.slice(1))).trim();
}

// Receiver before the column; lines that begin with a dot go on from the line above.
function startOf(before: string[], head: string): string {
  let text = head;
  for (let at = before.length - 1; at >= 0 && /^\s*(?:\.|$)/.test(text); at--)
    text = `${before[at]!}\n${text}`;
  let depth = 0;
  let start = text.length;
  for (; start > 0; start--) {
    const char = text[start - 1]!;
    if (CLOSING.includes(char)) depth++;
    else if (OPENING.includes(char)) {
      if (--depth < 0) break;
    } else if (depth === 0 && !isPartOfChain(text, start - 1)) break;
  }
  return text.slice(start);
}

// A space is part of it only around a dot.
function isPartOfChain(text: string, at: number): boolean {
  if (/[\w$.?!]/.test(text[at]!)) return true;
  return /\s/.test(text[at]!) && /^\s*[.?]/.test(text.slice(at));
}

function endOf(tail: string, following: string[]): string {
  let text = '';
  let depth = 0;
  for (const [n, line] of [tail, ...following].entries()) {
    if (n > 0 && depth === 0 && !/^\s*[.?)]/.test(line)) break;
    const end = endIn(line, depth);
    text += `${n > 0 ? '\n' : ''}${line.slice(0, end.at)}`;
    if (end.at < line.length) break;
    depth = end.depth;
  }
  return text;
}

// Where the expression ends in a line: at a bracket that it has not opened, or a separator.
function endIn(line: string, open: number): { at: number; depth: number } {
  let depth = open;
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!;
    if (quote !== '') {
      if (char === '\\') at++;
      else if (char === quote) quote = '';
    } else if (char === "'" || char === '"') quote = char;
    else if (OPENING.includes(char)) depth++;
    else if (CLOSING.includes(char) && --depth < 0) return { at, depth };
    else if (depth === 0 && (char === ';' || char === ',')) return { at, depth };
  }
  return { at: line.length, depth };
}
