/** Cache of words: kind and canonical form of each word of a statement. */

import { NAME, WORD } from './token-kinds.js';
import { KEYWORDS } from './words.js';

interface CachedWord {
  kind: number;
  text: string;
  written: string;
}

// Hash table of words as written: the same few words repeat, and a hit needs no substring.
const WORD_CACHE: (CachedWord | undefined)[] = new Array(4096).fill(undefined);
const MAX_CACHED_LENGTH = 64;

/** Kind and canonical form of the word at `start` to `end`. */
export function lookUpWord(sql: string, start: number, end: number): CachedWord {
  if (end - start > MAX_CACHED_LENGTH) return classifyWord(sql.slice(start, end));
  let hash = end - start;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + sql.charCodeAt(i)) | 0;
  const at = (hash ^ (hash >>> 12)) & 4095;
  const cached = WORD_CACHE[at];
  if (cached !== undefined && isAt(cached.written, sql, start, end)) return cached;
  const word = classifyWord(sql.slice(start, end));
  WORD_CACHE[at] = word;
  return word;
}

function isAt(written: string, sql: string, start: number, end: number): boolean {
  if (written.length !== end - start) return false;
  for (let i = 0; i < written.length; i++) {
    if (written.charCodeAt(i) !== sql.charCodeAt(start + i)) return false;
  }
  return true;
}

function classifyWord(written: string): CachedWord {
  const lower = written.toLowerCase();
  const keyword = KEYWORDS.get(lower);
  return { kind: keyword === undefined ? NAME : WORD, text: keyword ?? lower, written };
}
