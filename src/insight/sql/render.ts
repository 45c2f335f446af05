/** Statements with their values written in, on one line, to be run by hand. */

import type { Dialect } from '../../domain/library.js';
import { escapeControls, escapeToOneLine } from '../../domain/text.js';
import type { Span } from '../../domain/trace.js';
import { dialectOf, type WithLibraries } from '../libraries.js';
import { COMMA, SEMICOLON, WORD } from './lexer.js';
import { mysqlFields, mysqlName, sqlLiteral } from './literals.js';
import { isOneLine, toOneLine } from './one-line.js';
import { COMMENT, type Piece, piecesOf, VERSION_MARK, WHITESPACE } from './pieces.js';
import { Faults, isPlaceholder, Placeholders } from './placeholders.js';
import { lengthBeforeCut } from './recorded-value.js';

/** A statement with its values, and why it is not what was sent: empty where it is. What has a fault leaves its placeholder. */
export interface RenderedStatement {
  sql: string;
  faults: string[];
}

/** A call's statement with its values. */
export function renderSpan(
  trace: WithLibraries,
  { name, library, detail }: Pick<Span, 'name' | 'library' | 'detail'>,
): RenderedStatement {
  return renderStatement(name, dialectOf(trace, library), detail?.params);
}

/** A statement as a script has it: one line, or two of comments where it cannot be run as it was. */
export function scriptLines({ sql, faults }: RenderedStatement): string[] {
  return faults.length === 0 ? [`${sql};`] : [`-- ${formatFaults(faults)}`, `-- ${sql};`];
}

/** Faults as a sentence. */
export function formatFaults(faults: string[]): string {
  return `cannot be run as it is: ${faults.join('; ')}`;
}

const OPEN = 'a quote or a comment in it is never closed';

/** A statement that can be run as it is; one with faults must not be. `params` is a list, or an object by name. */
export function renderStatement(sql: string, dialect: Dialect, params: unknown): RenderedStatement {
  const writer = new Writer(dialect, params);
  if (lengthBeforeCut(sql) !== undefined) writer.faults.add('the statement was too long to be kept whole');
  let last: Piece | undefined;
  // A semicolon after it is read as one, unless a quote or a comment is open.
  for (const piece of piecesOf(`${sql}\n;`, dialect)) {
    if (last !== undefined) writer.write(last);
    last = piece;
  }
  if (last?.kind !== SEMICOLON) writer.endInside(last?.written ?? '');
  return writer.finish();
}

class Writer {
  readonly faults = new Faults();
  readonly #dialect: Dialect;
  readonly #values: Placeholders;
  #out = '';
  // What goes before the next token: semicolons, unless they end the text, and a space.
  #semicolons = '';
  #spaced = false;
  // The token before: its kind, its text, and whether a value was written for it.
  #kind = 0;
  #text = '';
  #wasValue = false;
  // In SET a = 1, …
  #inSet = false;
  #inLimit = false;
  #isCopy = false;
  #versions = 0;

  constructor(dialect: Dialect, params: unknown) {
    this.#dialect = dialect;
    this.#values = new Placeholders(params, dialect);
  }

  write(piece: Piece): void {
    const { kind, written } = piece;
    if (kind === WHITESPACE) this.#spaced = true;
    else if (kind === COMMENT) this.#comment(written);
    else if (kind === VERSION_MARK) this.#versionMark(written);
    else if (kind === SEMICOLON) this.#semicolons += ';';
    else if (isPlaceholder(piece, this.#dialect)) this.#value(written);
    else this.#token(piece);
    if (kind < WHITESPACE) this.#remember(piece);
  }

  /** The text ends inside of a quote or a comment. */
  endInside(written: string): void {
    this.faults.add(OPEN);
    this.#add(escapeToOneLine(written.slice(0, -2)));
  }

  finish(): RenderedStatement {
    if (this.#versions !== 0) this.faults.add(OPEN);
    const { unused } = this.#values;
    if (unused > 0)
      this.faults.add(unused === 1 ? '1 value has no placeholder' : `${unused} values have no placeholder`);
    return { sql: this.#out, faults: this.faults.sentences() };
  }

  // Comments go; hints, and what MySQL runs only from a version on, stay.
  #comment(written: string): void {
    this.#spaced = true;
    if (!written.startsWith('/*+')) return;
    this.#add(escapeControls(written.replace(/\s+/g, ' ')));
    this.#spaced = true;
  }

  #versionMark(written: string): void {
    this.#versions += written === '*/' ? -1 : 1;
    this.#add(written);
  }

  #token({ kind, written, text, quoted }: Piece): void {
    const line = toOneLine(written, quoted, this.#dialect);
    if (line === undefined) this.faults.add('something in it cannot be written on one line');
    if (kind === WORD && text === 'COPY' && this.#kind === 0) this.#isCopy = true;
    if (this.#isCopy && text === 'stdin') this.faults.add('the rows that were copied were not recorded');
    // For some servers 5and is two tokens, for others one.
    if (this.#wasValue && startsWord(written)) this.#spaced = true;
    this.#add(line ?? escapeToOneLine(written));
    this.#wasValue = false;
  }

  #value(place: string): void {
    const { value, name, loss } = this.#values.take(place);
    if (loss !== undefined) this.faults.lost(name, loss);
    const written = loss === undefined ? this.#written(place, name, value) : place;
    // LIMIT? is LIMIT 5, and two minus signs would begin a comment.
    if (endsWordOrSign(this.#out)) this.#spaced = true;
    this.#add(written);
    this.#wasValue = true;
  }

  #written(place: string, name: string, value: unknown): string {
    // execute takes LIMIT '10'; as text the server does not.
    if (this.#dialect === 'mysql' && this.#inLimit && typeof value === 'string' && /^\d+$/.test(value))
      return value;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (place !== '??' && !(isObject && this.#dialect === 'mysql')) return sqlLiteral(value, this.#dialect);
    if (place !== '??' && !this.#isInSet()) {
      this.faults.add(`${name} is an object, which query and execute send in different ways`);
      return place;
    }
    const names = place !== '??' ? mysqlFields(value as object) : mysqlName(value);
    if (isOneLine(names)) return names;
    this.faults.add(`${name} has a name that cannot be written on one line`);
    return place;
  }

  // SET ?, ON DUPLICATE KEY UPDATE ?, and SET a = 1, ?
  #isInSet(): boolean {
    return this.#inSet && (this.#kind === COMMA || this.#kind === WORD);
  }

  #add(written: string): void {
    this.#out += this.#semicolons + (this.#spaced && this.#out !== '' ? ' ' : '') + written;
    this.#semicolons = '';
    this.#spaced = false;
  }

  #remember({ kind, text }: Piece): void {
    if (kind === WORD) {
      this.#inLimit = text === 'LIMIT' || text === 'OFFSET';
      if (text === 'SET' || (text === 'UPDATE' && this.#text === 'KEY')) this.#inSet = true;
      else if (text === 'WHERE' || text === 'SELECT' || text === 'VALUES') this.#inSet = false;
    }
    this.#kind = kind;
    this.#text = text;
  }
}

function startsWord(written: string): boolean {
  return /^[\w$\u0080-\uffff]/.test(written);
}

function endsWordOrSign(out: string): boolean {
  return /[\w$\u0080-\uffff-]/.test(out.at(-1) ?? '');
}
