/**
 * Terms of the filter language: `status>=400`, `path:orders`, `slower:100ms`, `n1`, or a plain
 * word.
 */

import { FINDING_KINDS } from './finding-kinds.js';
import { KNOWN_KINDS, type KnownKind } from './span-kinds.js';

/** Property of a request that a term compares. */
export type FilterField =
  | 'text'
  | 'method'
  | 'path'
  | 'route'
  | 'host'
  /** The app that answered: its command, or its folder. */
  | 'service'
  | 'id'
  | 'status'
  | 'time'
  | 'queries'
  | 'qtime'
  | 'win'
  | 'age'
  /** Of a cleared list: epoch ms; no word of the language. */
  | 'start'
  | 'finding'
  | 'errors'
  | 'error'
  | 'state'
  | 'unit'
  | 'routine'
  | KnownKind;

export type FilterOp = ':' | '=' | '>' | '>=' | '<' | '<=';

/** One condition; `value` is case-folded text (foldCase) or a number (ms for times). */
export interface FilterTerm {
  field: FilterField;
  op: FilterOp;
  value: string | number;
  not: boolean;
}

const FILTER_WORDS: Record<string, Omit<FilterTerm, 'not'>> = {
  ...Object.fromEntries(
    FINDING_KINDS.flatMap(({ kind, words = [] }) =>
      words.map((word) => [word, { field: 'finding', op: ':', value: kind }] as const),
    ),
  ),
  err: { field: 'errors', op: '>', value: 0 },
  error: { field: 'errors', op: '>', value: 0 },
  errors: { field: 'errors', op: '>', value: 0 },
  died: { field: 'state', op: ':', value: 'died' },
  open: { field: 'state', op: ':', value: 'open' },
  done: { field: 'state', op: ':', value: 'done' },
  failed: { field: 'state', op: ':', value: 'failed' },
  fail: { field: 'state', op: ':', value: 'failed' },
  msg: { field: 'unit', op: '=', value: 'message' },
  routine: { field: 'routine', op: ':', value: '' },
};

const TEXT_FIELDS: Record<string, FilterField> = {
  method: 'method',
  path: 'path',
  url: 'path',
  route: 'route',
  host: 'host',
  service: 'service',
  id: 'id',
  finding: 'finding',
  error: 'error',
  state: 'state',
  unit: 'unit',
  ...Object.fromEntries(KNOWN_KINDS.map((kind) => [kind, kind])),
};

const NUMBER_FIELDS: Record<string, { field: FilterField; op?: FilterOp; ms?: boolean }> = {
  status: { field: 'status' },
  time: { field: 'time', ms: true },
  duration: { field: 'time', ms: true },
  slower: { field: 'time', op: '>=', ms: true },
  faster: { field: 'time', op: '<', ms: true },
  queries: { field: 'queries' },
  qtime: { field: 'qtime', ms: true },
  win: { field: 'win', ms: true },
  age: { field: 'age', ms: true },
  since: { field: 'age', op: '<=', ms: true },
};

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const TERM_PATTERN = /^([a-z+]+)(:>=|:<=|:>|:<|>=|<=|:|=|>|<)(.*)$/is;

/**
 * Text in lower case, for comparison without case. The Kelvin sign and the dotted capital I stay:
 * they would become ASCII letters, but SQL's LIKE, with which the store compares, does not equate
 * them.
 */
export function foldCase(text: string): string {
  return text.replace(/[^\u0130\u212a]+/g, (part) => part.toLowerCase());
}

/**
 * Term of a field, an operator and a value, or a sentence about what is wrong; undefined for an
 * unknown field.
 */
export function parseFieldTerm(
  name: string,
  op: FilterOp,
  value: string,
  not = false,
): FilterTerm | string | undefined {
  if (!Object.hasOwn(TEXT_FIELDS, name) && !Object.hasOwn(NUMBER_FIELDS, name)) return undefined;
  if (value === '') return `${name}${op} wants a value`;
  if (Object.hasOwn(NUMBER_FIELDS, name)) return numberTerm(name, op, value, not);
  if (op !== ':' && op !== '=') return `${name} is text: use ${name}:${value}`;
  return { field: TEXT_FIELDS[name]!, op, value: foldCase(value), not };
}

/** Term of one word of a filter, or a sentence about what is wrong with it. */
export function parseTerm(word: string): FilterTerm | string {
  const not = word.startsWith('!') && word.length > 1;
  const body = not ? word.slice(1) : word;
  const match = TERM_PATTERN.exec(body);
  if (match) {
    const [, name, symbol, rest] = match;
    const op = symbol!.replace(/^:(?=.)/, '') as FilterOp;
    const term = parseFieldTerm(name!.toLowerCase(), op, unquoted(rest!), not);
    if (term !== undefined) return term;
    // `page=2` is more often part of a URL than a misspelled field.
    if (symbol !== ':' && symbol !== '=') return `there is no field "${name}"`;
  }
  const wordTerm = Object.hasOwn(FILTER_WORDS, body.toLowerCase())
    ? FILTER_WORDS[body.toLowerCase()]
    : undefined;
  if (wordTerm) return { ...wordTerm, not };
  return { field: 'text', op: ':', value: foldCase(unquoted(body)), not };
}

/** Value in quotes, as the filter language writes it. */
export function quoteFilterValue(value: string): string {
  return `"${value.replaceAll('"', '\\"')}"`;
}

function unquoted(text: string): string {
  return text.replace(/\\?"/g, (quote) => (quote === '"' ? '' : '"'));
}

function numberTerm(name: string, op: FilterOp, text: string, not: boolean): FilterTerm | string {
  const { field, op: defaultOp, ms = false } = NUMBER_FIELDS[name]!;
  if (field === 'status' && /^[1-5]xx$/i.test(text)) return classTerm(op, text.toLowerCase(), not);
  const value = parseNumber(text, ms);
  if (value === undefined)
    return `${name} wants ${ms ? 'a time like 200ms or 1.5s' : 'a number'}, not "${text}"`;
  return { field, op: op === ':' ? (defaultOp ?? '=') : op, value, not };
}

/** Status class as a range: `>4xx` starts after it, `>=4xx` at its first status. */
function classTerm(op: FilterOp, text: string, not: boolean): FilterTerm {
  const first = Number(text.slice(0, 1)) * 100;
  if (op === ':' || op === '=') return { field: 'status', op: ':', value: text, not };
  if (op === '>' || op === '<=')
    return { field: 'status', op: op === '>' ? '>=' : '<', value: first + 100, not };
  return { field: 'status', op, value: first, not };
}

function parseNumber(text: string, inMs: boolean): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([a-z]*)$/i.exec(text);
  if (!match) return undefined;
  const unit = match[2]!.toLowerCase();
  if (unit === '') return Number(match[1]);
  const factor = inMs && Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  return factor === undefined ? undefined : Number(match[1]) * factor;
}
