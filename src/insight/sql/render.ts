/** Statements on one line with their values in place of placeholders, to be run by hand. */

import type { Dialect } from '../../domain/library.js';
import { escapeControls, escapeToOneLine } from '../../domain/text.js';
import type { Span } from '../../domain/trace.js';
import { dialectOf, type WithLibraries } from '../libraries.js';
import { mysqlFields, mysqlName, sqlLiteral } from './literals.js';
import { isOneLine, toOneLine } from './one-line.js';
import { COMMENT, type Piece, piecesOf, VERSION_MARK, WHITESPACE } from './pieces.js';
import { Faults, isPlaceholder, Placeholders } from './placeholders.js';
import { lengthBeforeCut } from './recorded-value.js';
import { COMMA, SEMICOLON, WORD } from './token-kinds.js';

/**
 * Statement with its values, and the reasons why it differs from the sent statement (empty when
 * equal). A placeholder stays where its value is at fault.
 */
export interface RenderedStatement {
  sql: string;
  faults: string[];
}

/** Statement of a span with its values. */
export function renderSpan(
  trace: WithLibraries,
  { name, library, detail }: Pick<Span, 'name' | 'library' | 'detail'>,
): RenderedStatement {
  return renderStatement(name, dialectOf(trace, library), detail?.params);
}

/** Statement as lines of a script: one line, or two of comments when it has faults. */
export function scriptLines({ sql, faults }: RenderedStatement): string[] {
  return faults.length === 0 ? [`${sql};`] : [`-- ${formatFaults(faults)}`, `-- ${sql};`];
}

/** Faults as a sentence. */
export function formatFaults(faults: string[]): string {
  return `cannot be run as it is: ${faults.join('; ')}`;
}

const UNCLOSED = 'a quote or a comment in it is never closed';

/**
 * Statement with its values; it may only be run without faults. `params` is a list or an object by
 * name.
 */
export function renderStatement(sql: string, dialect: Dialect, params: unknown): RenderedStatement {
  const writer = new StatementWriter(dialect, params);
  if (lengthBeforeCut(sql) !== undefined) writer.faults.add('the statement was too long to be kept whole');
  let last: Piece | undefined;
  // The added semicolon is a token, unless a quote or a comment is still open.
  for (const piece of piecesOf(`${sql}\n;`, dialect)) {
    if (last !== undefined) writer.write(last);
    last = piece;
  }
  if (last?.kind !== SEMICOLON) writer.endInside(last?.written ?? '');
  return writer.finish();
}

class StatementWriter {
  readonly faults = new Faults();
  readonly #dialect: Dialect;
  readonly #values: Placeholders;
  #out = '';
  // Output before the next token: semicolons, dropped at the text's end, and a space.
  #semicolons = '';
  #needsSpace = false;
  // The token before: kind, text, and whether it was a placeholder.
  #lastKind = 0;
  #lastText = '';
  #afterValue = false;
  // Inside the assignments of SET or ON DUPLICATE KEY UPDATE.
  #inAssignments = false;
  #inLimit = false;
  #isCopy = false;
  // Open MySQL version comments.
  #versionDepth = 0;

  constructor(dialect: Dialect, params: unknown) {
    this.#dialect = dialect;
    this.#values = new Placeholders(params, dialect);
  }

  write(piece: Piece): void {
    const { kind, written } = piece;
    if (kind === WHITESPACE) this.#needsSpace = true;
    else if (kind === COMMENT) this.#comment(written);
    else if (kind === VERSION_MARK) this.#versionMark(written);
    else if (kind === SEMICOLON) this.#semicolons += ';';
    else if (isPlaceholder(piece, this.#dialect)) this.#value(written);
    else this.#token(piece);
    if (kind < WHITESPACE) this.#remember(piece);
  }

  /** Ends a text with an unclosed quote or comment. */
  endInside(written: string): void {
    this.faults.add(UNCLOSED);
    this.#add(escapeToOneLine(written.slice(0, -2)));
  }

  finish(): RenderedStatement {
    if (this.#versionDepth !== 0) this.faults.add(UNCLOSED);
    const { unused } = this.#values;
    if (unused > 0)
      this.faults.add(unused === 1 ? '1 value has no placeholder' : `${unused} values have no placeholder`);
    return { sql: this.#out, faults: this.faults.sentences() };
  }

  // Comments are dropped, but optimizer hints stay.
  #comment(written: string): void {
    this.#needsSpace = true;
    if (!written.startsWith('/*+')) return;
    this.#add(escapeControls(written.replace(/\s+/g, ' ')));
    this.#needsSpace = true;
  }

  #versionMark(written: string): void {
    this.#versionDepth += written === '*/' ? -1 : 1;
    this.#add(written);
  }

  #token({ kind, written, text, quoted }: Piece): void {
    const line = toOneLine(written, quoted, this.#dialect);
    if (line === undefined) this.faults.add('something in it cannot be written on one line');
    if (kind === WORD && text === 'COPY' && this.#lastKind === 0) this.#isCopy = true;
    if (this.#isCopy && text === 'stdin') this.faults.add('the rows that were copied were not recorded');
    // `5and` is two tokens for some servers and one for others.
    if (this.#afterValue && startsWithWord(written)) this.#needsSpace = true;
    this.#add(line ?? escapeToOneLine(written));
    this.#afterValue = false;
  }

  #value(placeholder: string): void {
    const { value, name, loss } = this.#values.take(placeholder);
    if (loss !== undefined) this.faults.lost(name, loss);
    const written = loss === undefined ? this.#writeValue(placeholder, name, value) : placeholder;
    // `LIMIT?` becomes LIMIT 5, and two minus signs would start a comment.
    if (endsWithWordOrSign(this.#out)) this.#needsSpace = true;
    this.#add(written);
    this.#afterValue = true;
  }

  #writeValue(placeholder: string, name: string, value: unknown): string {
    // mysql2's execute accepts LIMIT '10' as a bound value, but the server rejects it in text.
    if (this.#dialect === 'mysql' && this.#inLimit && typeof value === 'string' && /^\d+$/.test(value))
      return value;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (placeholder !== '??' && !(isObject && this.#dialect === 'mysql'))
      return sqlLiteral(value, this.#dialect);
    if (placeholder !== '??' && !this.#expectsAssignment()) {
      this.faults.add(`${name} is an object, which query and execute send in different ways`);
      return placeholder;
    }
    const names = placeholder !== '??' ? mysqlFields(value as object) : mysqlName(value);
    if (isOneLine(names)) return names;
    this.faults.add(`${name} has a name that cannot be written on one line`);
    return placeholder;
  }

  // True after SET, after KEY UPDATE, and after a comma of their assignments.
  #expectsAssignment(): boolean {
    return this.#inAssignments && (this.#lastKind === COMMA || this.#lastKind === WORD);
  }

  #add(written: string): void {
    this.#out += this.#semicolons + (this.#needsSpace && this.#out !== '' ? ' ' : '') + written;
    this.#semicolons = '';
    this.#needsSpace = false;
  }

  #remember({ kind, text }: Piece): void {
    if (kind === WORD) {
      this.#inLimit = text === 'LIMIT' || text === 'OFFSET';
      if (text === 'SET' || (text === 'UPDATE' && this.#lastText === 'KEY')) this.#inAssignments = true;
      else if (text === 'WHERE' || text === 'SELECT' || text === 'VALUES') this.#inAssignments = false;
    }
    this.#lastKind = kind;
    this.#lastText = text;
  }
}

function startsWithWord(written: string): boolean {
  return /^[\w$\u0080-\uffff]/.test(written);
}

function endsWithWordOrSign(out: string): boolean {
  return /[\w$\u0080-\uffff-]/.test(out.at(-1) ?? '');
}
