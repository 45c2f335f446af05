/** Skipping of type names after `?::`: the cast of a value does not distinguish statements. */

import { CAST, CLOSE, DOT, NAME, OPEN, WORD } from './token-kinds.js';
import { TYPE_GOES_ON } from './words.js';

/** Detector of the tokens of a type name; `skips` is called for every token. */
export class TypeSkipper {
  #active = false;
  // Last word of the type name; empty where a word is expected.
  #name = '';
  #depth = 0;

  /** Starts a type name, after `::`. */
  start(): void {
    this.#active = true;
    this.#name = '';
    this.#depth = 0;
  }

  /** True for a token of the type name. */
  skips(kind: number, text: string): boolean {
    if (!this.#active) return false;
    this.#active = this.#continuesType(kind, text);
    return this.#active;
  }

  #continuesType(kind: number, text: string): boolean {
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
    const isFirst = this.#name === '';
    const belongs = isFirst || TYPE_GOES_ON[this.#name]?.has(word) === true;
    if (belongs) this.#name = word;
    return belongs;
  }
}
