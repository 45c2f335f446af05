/** Tokens of the filter language: words with quoted parts, parentheses, `or`. */

/** Token of a filter; `at` is its offset, `text` of a word is as typed. */
export interface FilterToken {
  kind: 'word' | 'or' | 'open' | 'close';
  text: string;
  at: number;
}

const SPACE = /\s/;

/** Tokens of a filter, or the offset of a quote that is never closed. */
export function filterTokens(text: string): FilterToken[] | { unclosed: number } {
  const tokens: FilterToken[] = [];
  let at = 0;
  while (at < text.length) {
    if (SPACE.test(text[at]!)) at++;
    else {
      const token = tokenAt(text, at);
      if (!token) return { unclosed: at };
      at += token.text.length;
      if (!isEmptyWord(token)) tokens.push(token);
    }
  }
  return tokens;
}

/** Words without meaning: `and` is implied between terms, and a lone `!` negates no term. */
function isEmptyWord({ text }: FilterToken): boolean {
  return text === '!' || text.toLowerCase() === 'and';
}

function tokenAt(text: string, at: number): FilterToken | undefined {
  const group = /^!?\(|^\)/.exec(text.slice(at, at + 2))?.[0];
  if (group !== undefined) return { kind: group === ')' ? 'close' : 'open', text: group, at };
  const end = wordEnd(text, at);
  if (end === undefined) return undefined;
  const word = text.slice(at, end);
  return { kind: word.toLowerCase() === 'or' ? 'or' : 'word', text: word, at };
}

/**
 * End of a word: a space, or a `)` that the word itself did not open (`sql:count(*)` did).
 * Undefined where a quote is never closed.
 */
function wordEnd(text: string, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const char = text[at]!;
    if (char === '"') {
      const close = quoteEnd(text, at);
      if (close === undefined) return undefined;
      at = close;
    } else if (SPACE.test(char) || (char === ')' && depth === 0)) return at;
    else if (char === '(') depth++;
    else if (char === ')') depth--;
  }
  return text.length;
}

function quoteEnd(text: string, open: number): number | undefined {
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === '"' && text[at - 1] !== '\\') return at;
  }
  return undefined;
}
