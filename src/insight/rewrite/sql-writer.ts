/** Writer of a statement made of recorded terms and new text, with its values in order. */

import type { Dialect } from '../../domain/library.js';
import type { SlotValue, Term } from './template.js';

export class SqlWriter {
  sql = '';
  readonly values: unknown[] = [];
  readonly #dialect: Dialect;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** Adds text as it is. */
  add(text: string): this {
    this.sql += text;
    return this;
  }

  /** Adds a placeholder with its value, or a literal. */
  slot({ literal, value }: SlotValue): this {
    return literal === undefined ? this.value(value) : this.add(literal);
  }

  /** Adds a placeholder with its value. */
  value(value: unknown): this {
    this.values.push(value ?? null);
    return this.add(this.#dialect === 'pg' ? `$${this.values.length}` : '?');
  }

  /** Adds terms with the values of a call; `replace` has the text of some slots. */
  terms(terms: Term[], call: SlotValue[], replace?: (slot: number) => string | undefined): this {
    for (const [n, { written, spaced, slot }] of terms.entries()) {
      if (n > 0 && spaced) this.add(' ');
      const replaced = slot === undefined ? undefined : replace?.(slot);
      if (replaced !== undefined) this.add(replaced);
      else if (slot !== undefined) this.slot(call[slot]!);
      else this.add(written);
    }
    return this;
  }

  /** Adds parts with a separator between them. */
  list<T>(parts: readonly T[], separator: string, write: (part: T) => void): this {
    for (const [n, part] of parts.entries()) {
      if (n > 0) this.add(separator);
      write(part);
    }
    return this;
  }
}
