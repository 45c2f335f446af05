/**
 * The place for the badge in a document that comes in pieces: right behind its first real `<head>`
 * or `<body>` tag.
 */

import { HtmlTokenizer } from './html-tokenizer.js';

/** Bytes of a document in which the place is looked for. */
export const MAX_SEARCHED = 16 * 1024;

/** Elements in which tags are read by other rules, or before which scripts are not loaded from this origin. */
const GIVES_UP = new Set(['svg', 'math', 'frameset', 'base']);
// A byte order mark of UTF-16 or UTF-32, or the zero of an ASCII character in them.
const WIDE = new Set([0xfe, 0xff, 0x00]);

/** Searches a document from its first byte on. */
export class InsertionPoint {
  readonly #tokenizer = new HtmlTokenizer();
  #read = 0;
  #templates = 0;
  /**
   * `searching`; `found`: the rest of the head is looked at for policies, as far as it has come;
   * `settled`: it has no more of them; `missing`: there is no place.
   */
  #state: 'searching' | 'found' | 'settled' | 'missing' = 'searching';
  /** Content-Security-Policies of meta elements, as they are written. */
  readonly policies: string[] = [];

  get isMissing(): boolean {
    return this.#state === 'missing';
  }

  /** The place is known, and no tag that may be a policy is incomplete. */
  get isSettled(): boolean {
    return this.#state === 'settled' || (this.#state === 'found' && !this.#tokenizer.isInTag);
  }

  /** Reads a piece; returns the number of its bytes before the place, where that is in it. */
  read(piece: Buffer): number | undefined {
    let at: number | undefined;
    for (let i = 0; i < piece.length && (this.#state === 'searching' || this.#state === 'found'); i++) {
      if (this.#read++ < 2 && WIDE.has(piece[i]!)) this.#state = 'missing';
      else if (this.#read > MAX_SEARCHED) this.#state = this.#state === 'found' ? 'settled' : 'missing';
      else if (this.#ends(piece[i]!)) at = i + 1;
    }
    return at;
  }

  /** Whether a byte ends the tag behind which the place is. */
  #ends(byte: number): boolean {
    const tag = this.#tokenizer.read(byte);
    if (tag === undefined) return false;
    const { name, isEnd, attributes } = tag;
    if (name === 'template') this.#templates = Math.max(0, this.#templates + (isEnd ? -1 : 1));
    if (this.#templates > 0) return false;
    if (this.#state === 'found') {
      if (name === 'body' || (isEnd && name === 'head')) this.#state = 'settled';
    } else if (!isEnd && (name === 'head' || name === 'body')) {
      this.#state = name === 'head' ? 'found' : 'settled';
      return true;
    } else if (!isEnd && GIVES_UP.has(name)) this.#state = 'missing';
    const isPolicy = /^content-security-policy$/i.test(attributes.get('http-equiv')?.trim() ?? '');
    if (name === 'meta' && !isEnd && isPolicy) this.policies.push(attributes.get('content') ?? '');
    return false;
  }
}
