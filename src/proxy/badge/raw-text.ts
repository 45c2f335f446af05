/** Text of an element whose content has no tags, such as a script's: where it ends. */

/** Longer than each text that is looked for in it: `</noframes`. */
const MAX_TAIL = 12;
const ENDS_NAME = /^[\t\n\f\r />]$/;

/**
 * Content of an element up to its end tag. In a script, `<!--` with `<script` behind it hides a
 * `</script>` until the comment's end or the next one.
 */
export class RawText {
  /** Name of the element, in lower case. */
  readonly element: string;
  #tail = '';
  #escape: 'none' | 'comment' | 'script' = 'none';

  constructor(element: string) {
    this.element = element;
  }

  /** Reads a character; true for the one behind the name of the end tag. */
  endsBefore(char: string): boolean {
    const before = this.#tail;
    this.#tail = (before + char.toLowerCase()).slice(-MAX_TAIL);
    if (this.element === 'plaintext') return false;
    if (ENDS_NAME.test(char)) {
      const isEnd = before.endsWith(`</${this.element}`);
      if (isEnd && this.#escape !== 'script') return true;
      if (isEnd) this.#escape = 'comment';
      else if (this.#escape === 'comment' && before.endsWith('<script')) this.#escape = 'script';
    }
    if (this.element !== 'script') return false;
    if (this.#tail.endsWith('-->')) this.#escape = 'none';
    else if (this.#escape === 'none' && this.#tail.endsWith('<!--')) this.#escape = 'comment';
    return false;
  }
}
