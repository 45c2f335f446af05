/** Tables of a statement, collected token by token. */

import { CLOSE, COMMA, DOT, NAME, OPEN, WORD } from './token-kinds.js';
import { AFTER_TABLES, BEFORE_TABLE, FROM_INSIDE } from './words.js';

/** Brackets nested deeper are kept without analysis. */
export const MAX_DEPTH = 200;

/** The tokens read so far; only the first `length` entries count. */
interface TokenList {
  readonly length: number;
  readonly kinds: readonly number[];
  readonly texts: string[];
  /** Kind of the token `back` from the end. */
  kind(back: number): number;
  /** Text of the token `back` from the end. */
  textAt(back: number): string;
}

/** Collector of tables; `addToken` is called for each token after it was pushed to `tokens`. */
export class Tables {
  readonly #tokens: TokenList;
  readonly #mentions: { name: string; from: number; to: number }[] = [];
  readonly #ctes = new Set<string>();
  // Per depth: true inside a list of tables.
  readonly #inTableList: boolean[] = [false];
  // Per depth: true inside a function whose FROM names no table.
  readonly #inFromFunction: boolean[] = [false];
  #ignoredDepth = 0;
  #expectsTable = false;
  // Index where the current table name begins; -1 outside a name.
  #nameStart = -1;
  #mayBeCall = false;
  #lastOpening = -1;

  constructor(tokens: TokenList) {
    this.#tokens = tokens;
  }

  addToken(kind: number, text: string): void {
    if (this.#nameStart >= 0) {
      if (this.#continuesName(kind)) return;
      this.#endName(kind);
    }
    if (kind === WORD) this.#word(text);
    else if (kind === COMMA) this.#expectsTable = this.#inTableList[this.#inTableList.length - 1]!;
    else if (kind === OPEN) this.#open();
    else if (kind === CLOSE) this.#close();
    else if (this.#expectsTable) {
      if (kind === NAME) this.#nameStart = this.#tokens.length - 1;
      this.#expectsTable = false;
    }
  }

  /** Notes the index of the opening bracket that was just closed. */
  noteClosed(at: number): void {
    this.#lastOpening = at;
  }

  /** Forgets tables after the first `length` tokens, since the tokens were cut. */
  cut(length: number): void {
    while (this.#mentions.length > 0 && this.#mentions.at(-1)!.to > length) this.#mentions.pop();
    if (this.#nameStart >= length) this.#nameStart = -1;
  }

  /**
   * Tables in order, each once. `rename` may replace varying parts of their names; the tokens
   * change as well, also in front of columns.
   */
  finish(rename: (part: string, isTable: boolean) => string): string[] {
    if (this.#nameStart >= 0) this.#endName(0);
    const { kinds, texts } = this.#tokens;
    const renamed = new Map<string, string>();
    const tables = new Set<string>();
    for (const { name, from, to } of this.#mentions) {
      if (this.#ctes.has(name)) continue;
      let table = '';
      for (let at = from; at < to; at++) {
        const part = texts[at]!;
        if (kinds[at] !== NAME) table += part;
        else {
          const written = rename(part, at === to - 1);
          if (written !== part) renamed.set(part, written);
          texts[at] = written;
          table += unquoted(written);
        }
      }
      tables.add(table.startsWith('public.') ? table.slice(7) : table);
    }
    if (renamed.size > 0) {
      for (let at = 0; at + 1 < this.#tokens.length; at++) {
        if (kinds[at] === NAME && kinds[at + 1] === DOT) texts[at] = renamed.get(texts[at]!) ?? texts[at]!;
      }
    }
    return [...tables];
  }

  #continuesName(kind: number): boolean {
    const before = this.#tokens.kind(2);
    return kind === DOT ? before === NAME : kind === NAME && before === DOT;
  }

  #endName(next: number): void {
    const to = this.#tokens.length - (next === 0 ? 0 : 1);
    // `FROM generate_series(…)` is a function call.
    if (next !== OPEN || !this.#mayBeCall) {
      this.#mentions.push({
        name: this.#tokens.texts.slice(this.#nameStart, to).join(''),
        from: this.#nameStart,
        to,
      });
    }
    this.#nameStart = -1;
  }

  // WITH recent AS (…) and recent(id) AS (…) define names that are not tables.
  #open(): void {
    const tokens = this.#tokens;
    let at = tokens.length - 2;
    if (tokens.texts[at] === 'MATERIALIZED') at -= tokens.texts[at - 1] === 'NOT' ? 2 : 1;
    if (tokens.texts[at] === 'AS' && tokens.kinds[at] === WORD) {
      const name = tokens.kinds[at - 1] === CLOSE ? this.#lastOpening - 1 : at - 1;
      if (tokens.kinds[name] === NAME) this.#ctes.add(tokens.texts[name]!);
    }
    if (tokens.texts[tokens.length - 2] === 'USING') this.#expectsTable = false;
    if (this.#inTableList.length > MAX_DEPTH) this.#ignoredDepth++;
    else {
      this.#inTableList.push(this.#expectsTable);
      this.#inFromFunction.push(FROM_INSIDE.has(tokens.textAt(2)));
    }
  }

  #close(): void {
    if (this.#ignoredDepth > 0) this.#ignoredDepth--;
    else if (this.#inTableList.length > 1) {
      this.#inTableList.pop();
      this.#inFromFunction.pop();
    }
    this.#expectsTable = false;
  }

  #word(text: string): void {
    const before = this.#tokens.textAt(2);
    if (text === 'FROM' || text === 'JOIN' || text === 'USING') {
      // No table follows FROM in IS DISTINCT FROM, EXTRACT(… FROM …) and COPY … FROM stdin.
      this.#expectsTable =
        before !== 'DISTINCT' &&
        this.#tokens.texts[0] !== 'COPY' &&
        !this.#inFromFunction[this.#inFromFunction.length - 1];
      this.#mayBeCall = true;
      if (text !== 'JOIN') this.#inTableList[this.#inTableList.length - 1] = this.#expectsTable;
    } else if (text === 'UPDATE') {
      this.#expectsTable = before !== 'FOR' && before !== 'ON' && before !== 'DO' && before !== 'KEY';
      this.#inTableList[this.#inTableList.length - 1] = this.#expectsTable;
      this.#mayBeCall = false;
    } else if (text === 'INTO' || text === 'TABLE' || text === 'TRUNCATE' || text === 'COPY') {
      this.#expectsTable = true;
      this.#inTableList[this.#inTableList.length - 1] = text === 'TABLE' || text === 'TRUNCATE';
      this.#mayBeCall = false;
    } else if (AFTER_TABLES.has(text)) {
      this.#inTableList[this.#inTableList.length - 1] = false;
      this.#expectsTable = false;
    } else if (!BEFORE_TABLE.has(text)) this.#expectsTable = false;
  }
}

function unquoted(name: string): string {
  return name[0] === '"' || name[0] === '`' ? name.slice(1, -1) : name;
}
