/** 64-bit text hash for ids and keys; not cryptographic, collisions can be constructed. */

/** Hash of a text that is added in parts. */
export class Hash {
  #a = 0x811c9dc5 | 0;
  #b = 0x9e3779b9 | 0;
  /** Characters added so far. */
  length = 0;

  add(text: string): void {
    let a = this.#a;
    let b = this.#b;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      a = Math.imul(a ^ code, 0x01000193);
      b = Math.imul(b ^ code, 0x85ebca6b);
      b ^= b >>> 15;
    }
    this.#a = a;
    this.#b = b;
    this.length += text.length;
  }

  /** The hash as 16 hex digits. */
  digits(): string {
    // Final mix: without it, short texts differ in few digits.
    const a = Math.imul(this.#a ^ (this.#a >>> 16), 0xc2b2ae35) ^ this.length;
    const b = Math.imul(this.#b ^ (this.#b >>> 13), 0x27d4eb2f);
    return hex(a ^ (b >>> 7)) + hex(b ^ (a << 5));
  }
}

/** Hash of a text as 16 hex digits, the same on every machine. */
export function hash(text: string): string {
  const state = new Hash();
  state.add(text);
  return state.digits();
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
