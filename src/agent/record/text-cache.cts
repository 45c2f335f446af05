/** Cache by text that is bounded in characters: what an app asks may be distinct, and long. */

/** Characters; longer texts are not kept. */
export const MAX_CACHED_TEXT = 32 * 1024;
const MAX_CHARACTERS = 1024 * 1024;
// Of an entry: its place in the table, its value's header.
const ENTRY_SIZE = 100;
// V8 makes shorter slices by copying.
const MIN_SLICE = 13;

/** Values by text; empties itself when texts and values together have grown over 1 Mi characters. */
export class TextCache<V> {
  #values = new Map<string, V>();
  #size = 0;

  /** Value of a text; undefined for an unknown one. */
  get(text: string): V | undefined {
    return text.length > MAX_CACHED_TEXT ? undefined : this.#values.get(text);
  }

  /** Keeps the value of a text, unless the text is long; `size` is the value's, in characters. */
  set(text: string, value: V, size: number): void {
    if (text.length > MAX_CACHED_TEXT) return;
    const added = text.length + size + ENTRY_SIZE;
    this.#size += added;
    if (this.#size > MAX_CHARACTERS) {
      this.#values.clear();
      this.#size = added;
      if (added > MAX_CHARACTERS) return;
    }
    this.#values.set(text, value);
  }
}

/** Copy of a text: a slice keeps the whole in memory of which it is a part, maybe of megabytes. */
export function detachText(text: string): string {
  return text.length < MIN_SLICE ? text : (JSON.parse(JSON.stringify(text)) as string);
}
