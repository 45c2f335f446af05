/** Placeholders of a statement: the recorded value of each, and the faults of these values. */

import type { Dialect } from '../../domain/library.js';
import { escapeControls } from '../../domain/text.js';
import { COMMENT, type Piece, piecesOf, WHITESPACE } from './pieces.js';
import { type Loss, lossOf } from './recorded-value.js';
import { COMMA, NAME, VALUE } from './token-kinds.js';

/** Value of a placeholder, or the reason for its absence. */
export interface BoundValue {
  value?: unknown;
  loss?: Loss | 'unknown';
}

/**
 * True for a placeholder. `?` and `:a` are none in PostgreSQL, where `?` is an operator of jsonb.
 */
export function isPlaceholder({ kind, written }: Pick<Piece, 'kind' | 'written'>, dialect: Dialect): boolean {
  if (dialect === 'mysql' && kind === NAME) return written === '??';
  if (kind !== VALUE) return false;
  return dialect === 'pg' ? /^\$\d+$/.test(written) : /^(?:\?|[:@$][\w\u0080-\uffff])/.test(written);
}

/**
 * Whether statements of MySQL with placeholders have a `?` that is none, in a text or a name. Drivers that
 * write the values into the text (mysql, most versions of mysql2) take it for one, and a value leaves its quotes.
 */
export function hasFalsePlaceholder(statements: string[]): boolean {
  let [hasPlaceholder, hasMark] = [false, false];
  for (const sql of statements)
    for (const piece of piecesOf(sql, 'mysql'))
      if (isPlaceholder(piece, 'mysql')) hasPlaceholder = true;
      else if (piece.kind !== COMMENT && piece.written.includes('?')) hasMark = true;
  return hasPlaceholder && hasMark;
}

/**
 * Indices of the placeholders of MySQL that LIMIT and OFFSET have. Apps give `execute` texts for them, which the
 * server refuses where the driver writes them into the statement.
 */
export function limitPlaceholders(sql: string): Set<number> {
  const found = new Set<number>();
  let next = 0;
  let isLimit = false;
  for (const piece of piecesOf(sql, 'mysql')) {
    if (isPlaceholder(piece, 'mysql')) {
      if (isLimit) found.add(next);
      next++;
    } else if (/^(?:LIMIT|OFFSET)$/.test(piece.text)) isLimit = true;
    else if (piece.kind < WHITESPACE && piece.kind !== VALUE && piece.kind !== COMMA) isLimit = false;
  }
  return found;
}

/** Values of a statement, from a list or from an object by name. */
export class Placeholders {
  readonly #list: unknown[];
  readonly #named: Record<string, unknown>;
  readonly #isList: boolean;
  #next = 0;

  constructor(params: unknown, dialect: Dialect) {
    const isNamed = isObject(params);
    this.#isList = Array.isArray(params);
    const list: unknown[] = Array.isArray(params) ? params : [];
    // better-sqlite3 binds values by position and, in an object beside them, by name.
    this.#list = dialect === 'sqlite' ? list.filter((value) => !isObject(value)) : list;
    this.#named = isNamed ? params : dialect === 'sqlite' ? (list.find(isObject) ?? {}) : {};
    // query('INSERT INTO t SET ?', row): the object is the only value, not a map of names.
    if (isNamed && dialect === 'mysql') this.#list = [params];
  }

  /** Number of list values without a placeholder. */
  get unused(): number {
    return this.#isList && this.#next > 0 ? Math.max(0, this.#list.length - this.#next) : 0;
  }

  /** Value of the next placeholder, with its name for messages. */
  take(placeholder: string): BoundValue & { name: string } {
    const number = /^[$?](\d+)$/.exec(placeholder)?.[1];
    const isBare = placeholder === '?' || placeholder === '??';
    const at = isBare ? this.#next++ : Number(number) - 1;
    const name = isBare ? `value ${at + 1}` : escapeControls(placeholder);
    const found =
      isBare || (number !== undefined && this.#isList)
        ? entry(this.#list, at)
        : entry(this.#named, number ?? placeholder.slice(1));
    if (found === undefined) return { name, loss: 'unknown' };
    const loss = lossOf(found.value);
    return loss === undefined ? { name, value: found.value } : { name, loss };
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function entry(values: object, key: string | number): { value: unknown } | undefined {
  return Object.hasOwn(values, key)
    ? { value: (values as Record<string | number, unknown>)[key] }
    : undefined;
}

const MAX_NAMES = 3;
const LOSSES: Record<Loss | 'unknown', [singular: string, plural: string]> = {
  masked: ['is masked', 'are masked'],
  cut: ['was too long to be kept whole', 'were too long to be kept whole'],
  unrecorded: ['was not recorded', 'were not recorded'],
  unknown: ['is not known', 'are not known'],
};

/** Reasons why a rendered statement differs from the sent statement, each once. */
export class Faults {
  readonly #sentences = new Set<string>();
  readonly #lost = new Map<Loss | 'unknown', Set<string>>();

  add(sentence: string): void {
    this.#sentences.add(sentence);
  }

  lost(name: string, loss: Loss | 'unknown'): void {
    const names = this.#lost.get(loss) ?? new Set();
    this.#lost.set(loss, names.add(name));
  }

  sentences(): string[] {
    const lost = [...this.#lost].map(([loss, names]) => formatLoss([...names], loss));
    return [...this.#sentences, ...lost];
  }
}

/** `$2 is masked`, `$1, $2, $3 and 40 more are masked`. */
function formatLoss(names: string[], loss: Loss | 'unknown'): string {
  const [singular, plural] = LOSSES[loss];
  const more = names.length - MAX_NAMES;
  const shown = names.slice(0, more === 1 ? MAX_NAMES + 1 : MAX_NAMES).join(', ');
  return `${shown}${more > 1 ? ` and ${more} more` : ''} ${names.length === 1 ? singular : plural}`;
}
