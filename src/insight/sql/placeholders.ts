/** Placeholders of a statement: which recorded value each stands for, and what is wrong with it. */

import type { Dialect } from '../../domain/library.js';
import { escapeControls } from '../../domain/text.js';
import { NAME, VALUE } from './lexer.js';
import type { Piece } from './pieces.js';
import { type Loss, lossOf } from './recorded-value.js';

/** A value, or why there is none to write. */
export interface BoundValue {
  value?: unknown;
  loss?: Loss | 'unknown';
}

/** Whether a token stands for a value; `?` and `:a` are no placeholders in PostgreSQL, where `?` is an operator of jsonb. */
export function isPlaceholder({ kind, written }: Pick<Piece, 'kind' | 'written'>, dialect: Dialect): boolean {
  if (dialect === 'mysql' && kind === NAME) return written === '??';
  if (kind !== VALUE) return false;
  return dialect === 'pg' ? /^\$\d+$/.test(written) : /^(?:\?|[:@$][\w\u0080-\uffff])/.test(written);
}

/** Hands out the values of a statement, a list or an object by name. */
export class Placeholders {
  readonly #list: unknown[];
  readonly #named: Record<string, unknown>;
  readonly #isList: boolean;
  #next = 0;

  constructor(params: unknown, dialect: Dialect) {
    const isNamed = isFields(params);
    this.#isList = Array.isArray(params);
    const all: unknown[] = Array.isArray(params) ? params : [];
    // better-sqlite3 takes values in their order and, in an object beside them, those with names.
    this.#list = dialect === 'sqlite' ? all.filter((value) => !isFields(value)) : all;
    this.#named = isNamed ? params : dialect === 'sqlite' ? (all.find(isFields) ?? {}) : {};
    // query('INSERT INTO t SET ?', row): the object is the only value, not one of names.
    if (isNamed && dialect === 'mysql') this.#list = [params];
  }

  /** How many values of a list were not taken. */
  get unused(): number {
    return this.#isList && this.#next > 0 ? Math.max(0, this.#list.length - this.#next) : 0;
  }

  take(place: string): BoundValue & { name: string } {
    const number = /^[$?](\d+)$/.exec(place)?.[1];
    const isBare = place === '?' || place === '??';
    const at = isBare ? this.#next++ : Number(number) - 1;
    const name = isBare ? `value ${at + 1}` : escapeControls(place);
    const found =
      isBare || (number !== undefined && this.#isList)
        ? entry(this.#list, at)
        : entry(this.#named, number ?? place.slice(1));
    if (found === undefined) return { name, loss: 'unknown' };
    const loss = lossOf(found.value);
    return loss === undefined ? { name, value: found.value } : { name, loss };
  }
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function entry(values: object, key: string | number): { value: unknown } | undefined {
  return Object.hasOwn(values, key)
    ? { value: (values as Record<string | number, unknown>)[key] }
    : undefined;
}

const MAX_NAMES = 3;
const LOSSES: Record<Loss | 'unknown', [one: string, many: string]> = {
  masked: ['is masked', 'are masked'],
  cut: ['was too long to be kept whole', 'were too long to be kept whole'],
  unrecorded: ['was not recorded', 'were not recorded'],
  unknown: ['is not known', 'are not known'],
};

/** Why a statement is not what was sent, each reason once. */
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
export function formatLoss(names: string[], loss: Loss | 'unknown'): string {
  const [one, many] = LOSSES[loss];
  const more = names.length - MAX_NAMES;
  const shown = names.slice(0, more === 1 ? MAX_NAMES + 1 : MAX_NAMES).join(', ');
  return `${shown}${more > 1 ? ` and ${more} more` : ''} ${names.length === 1 ? one : many}`;
}
