/** Which tables a statement names, learned token by token. */

import { CLOSE, COMMA, DOT, NAME, OPEN, WORD } from './lexer.js';
import { AFTER_TABLES, BEFORE_TABLE, FROM_INSIDE } from './words.js';

/** Brackets that are nested deeper are kept, not understood. */
export const MAX_DEPTH = 200;

/** The tokens read so far; only the first `length` entries count. */
interface TokenList {
  readonly length: number;
  readonly kinds: readonly number[];
  readonly texts: string[];
  /** Kind and text of the token `back` from the end. */
  kind(back: number): number;
  textAt(back: number): string;
}

/** Collects tables; `see` is told of each token once it is the last of `tokens`. */
export class Tables {
  readonly #tokens: TokenList;
  readonly #named: { name: string; from: number; to: number }[] = [];
  readonly #ctes = new Set<string>();
  // Per depth: a list of tables is being read.
  readonly #listing: boolean[] = [false];
  // Per depth: it is the brackets of a function in which FROM names no table.
  readonly #inside: boolean[] = [false];
  #deeper = 0;
  #expected = false;
  // Where the name that is being read begins; -1 while none is.
  #start = -1;
  #callable = false;
  #closedAt = -1;

  constructor(tokens: TokenList) {
    this.#tokens = tokens;
  }

  addToken(kind: number, text: string): void {
    if (this.#start >= 0) {
      if (this.#continues(kind)) return;
      this.#end(kind);
    }
    if (kind === WORD) this.#word(text);
    else if (kind === COMMA) this.#expected = this.#listing[this.#listing.length - 1]!;
    else if (kind === OPEN) this.#open();
    else if (kind === CLOSE) this.#close();
    else if (this.#expected) {
      if (kind === NAME) this.#start = this.#tokens.length - 1;
      this.#expected = false;
    }
  }

  /** Tells where the bracket that has just been closed was opened. */
  noteClosed(at: number): void {
    this.#closedAt = at;
  }

  /** Forgets what stood after the first `length` tokens, which have been cut. */
  cut(length: number): void {
    while (this.#named.length > 0 && this.#named.at(-1)!.to > length) this.#named.pop();
    if (this.#start >= length) this.#start = -1;
  }

  /** Answers the tables, each once, in their order; `rename` may replace a part that varies, also where columns are led by it. */
  finish(rename: (part: string, isTable: boolean) => string): string[] {
    if (this.#start >= 0) this.#end(0);
    const { kinds, texts } = this.#tokens;
    const renamed = new Map<string, string>();
    const tables = new Set<string>();
    for (const { name, from, to } of this.#named) {
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

  #continues(kind: number): boolean {
    const before = this.#tokens.kind(2);
    return kind === DOT ? before === NAME : kind === NAME && before === DOT;
  }

  #end(next: number): void {
    const to = this.#tokens.length - (next === 0 ? 0 : 1);
    // FROM generate_series(…) is a call.
    if (next !== OPEN || !this.#callable) {
      this.#named.push({ name: this.#tokens.texts.slice(this.#start, to).join(''), from: this.#start, to });
    }
    this.#start = -1;
  }

  // WITH recent AS (…) names no table, nor does recent(id) AS (…).
  #open(): void {
    const tokens = this.#tokens;
    let at = tokens.length - 2;
    if (tokens.texts[at] === 'MATERIALIZED') at -= tokens.texts[at - 1] === 'NOT' ? 2 : 1;
    if (tokens.texts[at] === 'AS' && tokens.kinds[at] === WORD) {
      const name = tokens.kinds[at - 1] === CLOSE ? this.#closedAt - 1 : at - 1;
      if (tokens.kinds[name] === NAME) this.#ctes.add(tokens.texts[name]!);
    }
    if (tokens.texts[tokens.length - 2] === 'USING') this.#expected = false;
    if (this.#listing.length > MAX_DEPTH) this.#deeper++;
    else {
      this.#listing.push(this.#expected);
      this.#inside.push(FROM_INSIDE.has(tokens.textAt(2)));
    }
  }

  #close(): void {
    if (this.#deeper > 0) this.#deeper--;
    else if (this.#listing.length > 1) {
      this.#listing.pop();
      this.#inside.pop();
    }
    this.#expected = false;
  }

  #word(text: string): void {
    const before = this.#tokens.textAt(2);
    if (text === 'FROM' || text === 'JOIN' || text === 'USING') {
      // IS DISTINCT FROM, EXTRACT(… FROM …), COPY … FROM stdin.
      this.#expected =
        before !== 'DISTINCT' && this.#tokens.texts[0] !== 'COPY' && !this.#inside[this.#inside.length - 1];
      this.#callable = true;
      if (text !== 'JOIN') this.#listing[this.#listing.length - 1] = this.#expected;
    } else if (text === 'UPDATE') {
      this.#expected = before !== 'FOR' && before !== 'ON' && before !== 'DO' && before !== 'KEY';
      this.#listing[this.#listing.length - 1] = this.#expected;
      this.#callable = false;
    } else if (text === 'INTO' || text === 'TABLE' || text === 'TRUNCATE' || text === 'COPY') {
      this.#expected = true;
      this.#listing[this.#listing.length - 1] = text === 'TABLE' || text === 'TRUNCATE';
      this.#callable = false;
    } else if (AFTER_TABLES.has(text)) {
      this.#listing[this.#listing.length - 1] = false;
      this.#expected = false;
    } else if (!BEFORE_TABLE.has(text)) this.#expected = false;
  }
}

function unquoted(name: string): string {
  return name[0] === '"' || name[0] === '`' ? name.slice(1, -1) : name;
}
