/** Terms of the filter language: `status>=400`, `path:orders`, `slower:100ms`, `n1`, or a plain word. */

import { FINDING_KINDS } from './finding-kinds.js';
import { KNOWN_KINDS, type KnownKind } from './span-kinds.js';

/** What a term can ask of a request. */
export type Field =
  | 'text'
  | 'method'
  | 'path'
  | 'route'
  | 'host'
  | 'id'
  | 'status'
  | 'time'
  | 'queries'
  | 'qtime'
  | 'age'
  | 'finding'
  | 'errors'
  | 'state'
  | KnownKind;

export type Op = ':' | '=' | '>' | '>=' | '<' | '<=';

/** One condition; `value` is folded text (see foldCase), or a number (ms for times). */
export interface Term {
  field: Field;
  op: Op;
  value: string | number;
  not: boolean;
}

const WORDS: Record<string, Omit<Term, 'not'>> = {
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
};

const TEXT_FIELDS: Record<string, Field> = {
  method: 'method',
  path: 'path',
  url: 'path',
  route: 'route',
  host: 'host',
  id: 'id',
  finding: 'finding',
  state: 'state',
  ...Object.fromEntries(KNOWN_KINDS.map((kind) => [kind, kind])),
};

const NUMBER_FIELDS: Record<string, { field: Field; op?: Op; ms?: boolean }> = {
  status: { field: 'status' },
  time: { field: 'time', ms: true },
  duration: { field: 'time', ms: true },
  slower: { field: 'time', op: '>=', ms: true },
  faster: { field: 'time', op: '<', ms: true },
  queries: { field: 'queries' },
  qtime: { field: 'qtime', ms: true },
  age: { field: 'age', ms: true },
  since: { field: 'age', op: '<=', ms: true },
};

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const TERM = /^([a-z+]+)(:>=|:<=|:>|:<|>=|<=|:|=|>|<)(.*)$/is;

/**
 * Text in which upper and lower case are the same. The Kelvin sign and the dotted capital I stay as they are: they would
 * become ASCII letters, and SQL's LIKE, which the store asks with ASCII values, does not take them for these.
 */
export function foldCase(text: string): string {
  return text.replace(/[^\u0130\u212a]+/g, (part) => part.toLowerCase());
}

/** Term that a field, an operator and a value mean, or a sentence that says what is wrong; undefined where there is no such field. */
export function fieldTerm(name: string, op: Op, value: string, not = false): Term | string | undefined {
  if (!Object.hasOwn(TEXT_FIELDS, name) && !Object.hasOwn(NUMBER_FIELDS, name)) return undefined;
  if (value === '') return `${name}${op} wants a value`;
  if (Object.hasOwn(NUMBER_FIELDS, name)) return numberTerm(name, op, value, not);
  if (op !== ':' && op !== '=') return `${name} is text: use ${name}:${value}`;
  return { field: TEXT_FIELDS[name]!, op, value: foldCase(value), not };
}

/** Term that a word of a filter means, or a sentence that says what is wrong with it. */
export function termOf(word: string): Term | string {
  const not = word.startsWith('!') && word.length > 1;
  const body = not ? word.slice(1) : word;
  const match = TERM.exec(body);
  if (match) {
    const [, name, sign, rest] = match;
    const op = sign!.replace(/^:(?=.)/, '') as Op;
    const term = fieldTerm(name!.toLowerCase(), op, unquoted(rest!), not);
    if (term !== undefined) return term;
    // `page=2` is a piece of a URL more often than a mistake.
    if (sign !== ':' && sign !== '=') return `there is no field "${name}"`;
  }
  const known = Object.hasOwn(WORDS, body.toLowerCase()) ? WORDS[body.toLowerCase()] : undefined;
  if (known) return { ...known, not };
  return { field: 'text', op: ':', value: foldCase(unquoted(body)), not };
}

/** Quoted as a value of the language. */
export function quoted(value: string): string {
  return `"${value.replaceAll('"', '\\"')}"`;
}

function unquoted(text: string): string {
  return text.replace(/\\?"/g, (quote) => (quote === '"' ? '' : '"'));
}

function numberTerm(name: string, op: Op, text: string, not: boolean): Term | string {
  const { field, op: usual, ms = false } = NUMBER_FIELDS[name]!;
  if (field === 'status' && /^[1-5]xx$/i.test(text)) return classTerm(op, text.toLowerCase(), not);
  const value = numberOf(text, ms);
  if (value === undefined)
    return `${name} wants ${ms ? 'a time like 200ms or 1.5s' : 'a number'}, not "${text}"`;
  return { field, op: op === ':' ? (usual ?? '=') : op, value, not };
}

/** A class of statuses is a range: `>4xx` begins behind it, `>=4xx` with it. */
function classTerm(op: Op, text: string, not: boolean): Term {
  const first = Number(text.slice(0, 1)) * 100;
  if (op === ':' || op === '=') return { field: 'status', op: ':', value: text, not };
  if (op === '>' || op === '<=')
    return { field: 'status', op: op === '>' ? '>=' : '<', value: first + 100, not };
  return { field: 'status', op, value: first, not };
}

function numberOf(text: string, inMs: boolean): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([a-z]*)$/i.exec(text);
  if (!match) return undefined;
  const unit = match[2]!.toLowerCase();
  if (unit === '') return Number(match[1]);
  const factor = inMs && Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  return factor === undefined ? undefined : Number(match[1]) * factor;
}
