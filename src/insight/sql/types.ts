/** Skips the name of a type after `?::`, which says nothing about the statement. */

import { CAST, CLOSE, DOT, NAME, OPEN, WORD } from './lexer.js';
import { TYPE_GOES_ON } from './words.js';

/** Told of every token, answers which ones belong to the type. */
export class TypeSkipper {
  #active = false;
  // The last word of the name; empty where one is expected.
  #name = '';
  #depth = 0;

  /** A cast follows. */
  start(): void {
    this.#active = true;
    this.#name = '';
    this.#depth = 0;
  }

  skips(kind: number, text: string): boolean {
    if (!this.#active) return false;
    this.#active = this.#goesOn(kind, text);
    return this.#active;
  }

  #goesOn(kind: number, text: string): boolean {
    // varchar(20), numeric(10, 2), int[]
    if (kind === OPEN) return this.#name !== '' && ++this.#depth > 0;
    if (kind === CLOSE) return this.#depth-- > 0;
    if (this.#depth > 0) return true;
    if (kind === DOT || kind === CAST) {
      this.#name = '';
      return true;
    }
    if (kind !== NAME && kind !== WORD) return false;
    const word = text.toLowerCase();
    const first = this.#name === '';
    const follows = first || TYPE_GOES_ON[this.#name]?.has(word) === true;
    if (follows) this.#name = word;
    return follows;
  }
}
