/** What a statement does: its verb, and whether it writes or only steers. */

import { CLOSE, OPEN, SEMICOLON, WORD } from './lexer.js';
import type { Tokens } from './tokens.js';
import * as words from './words.js';

/** Told of words and names before they are kept. */
export class Verbs {
  /** In capitals; empty for a text without a word. */
  verb = '';
  isWrite = false;
  isControl = false;
  #main = '';
  // Some or all names of this statement are made up by the program.
  #varies = false;

  /** A further statement of the same text begins. */
  startStatement(): void {
    this.#main = '';
    this.#varies = false;
  }

  /** A reserved word at `depth` brackets. */
  addWord(text: string, tokens: Tokens, depth: number): void {
    if (!isStart(tokens, this.#main)) return;
    const isMain = this.#main === '' || (this.#main === 'WITH' && depth === 0 && words.AFTER_WITH.has(text));
    if (words.WRITES.has(text)) this.isWrite = true;
    if (isMain) this.#begin(text);
  }

  /** Answers the verb when a name is one: many are no reserved words. */
  verbOf(name: string, tokens: Tokens): string | undefined {
    if (this.#main !== '' || !isStart(tokens, '')) return undefined;
    const verb = name.toUpperCase();
    if (words.WRITES.has(verb)) this.isWrite = true;
    this.#begin(verb);
    return words.WRITES.has(verb) || words.CONTROL.has(verb) ? verb : undefined;
  }

  #begin(verb: string): void {
    const isFirst = this.verb === '' || this.verb === this.#main;
    this.#main = verb;
    this.#varies = words.ALL_NAMES_VARY.has(verb) || words.FIRST_NAME_VARIES.has(verb);
    if (!isFirst) {
      // A text of several statements steers only when they all do.
      this.isControl &&= words.CONTROL.has(verb);
      return;
    }
    this.verb = verb;
    this.isControl = words.CONTROL.has(verb);
  }

  /** Answers whether a name is one that the program makes up: a savepoint's, a cursor's, a channel's. */
  namesVary(name: string, tokens: Tokens): boolean {
    if (!this.#varies) return false;
    if (words.FIRST_NAME_VARIES.has(this.#main)) return tokens.textAt(1) === this.#main;
    return words.ALL_NAMES_VARY.has(this.#main) && !words.NOT_A_NAME.has(name);
  }
}

// A statement begins a text, follows another, fills the brackets of WITH x AS (…) or comes after them.
function isStart(tokens: Tokens, main: string): boolean {
  const kind = tokens.kind(1);
  if (kind === 0 || kind === SEMICOLON) return true;
  if (kind === CLOSE) return main === 'WITH';
  if (kind !== OPEN) return false;
  return (
    main === '' ||
    (tokens.kind(2) === WORD && (tokens.textAt(2) === 'AS' || tokens.textAt(2) === 'MATERIALIZED'))
  );
}
