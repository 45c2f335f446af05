/** The filter language: `status>=400 n1 path:orders sql:users slower:100ms !health`, `or` between alternatives. */

import type { Span, Trace } from './trace.js';

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
  | 'sql'
  | 'cache'
  | 'rpc'
  | 'http'
  | 'log';

export type Op = ':' | '=' | '>' | '>=' | '<' | '<=';

/** One condition; `value` is lower case, or a number (ms for times). */
export interface Term {
  field: Field;
  op: Op;
  value: string | number;
  not: boolean;
}

/** Alternatives of conditions that all hold; none at all matches everything. */
export type Query = Term[][];

export type Parsed = { query: Query } | { trouble: string };

const WORDS: Record<string, Omit<Term, 'not'>> = {
  __proto__: null as never,
  n1: { field: 'finding', op: ':', value: 'n+1' },
  'n+1': { field: 'finding', op: ':', value: 'n+1' },
  slow: { field: 'finding', op: ':', value: 'slow' },
  duplicate: { field: 'finding', op: ':', value: 'duplicate' },
  err: { field: 'errors', op: '>', value: 0 },
  error: { field: 'errors', op: '>', value: 0 },
  errors: { field: 'errors', op: '>', value: 0 },
  died: { field: 'state', op: ':', value: 'died' },
  open: { field: 'state', op: ':', value: 'open' },
};

const TEXT_FIELDS: Record<string, Field> = {
  __proto__: null as never,
  method: 'method',
  path: 'path',
  url: 'path',
  route: 'route',
  host: 'host',
  id: 'id',
  finding: 'finding',
  state: 'state',
  sql: 'sql',
  cache: 'cache',
  rpc: 'rpc',
  http: 'http',
  log: 'log',
};

const NUMBER_FIELDS: Record<string, { field: Field; op?: Op; ms?: boolean }> = {
  __proto__: null as never,
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

const UNITS: Record<string, number> = {
  __proto__: null as never,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const TERM = /^([a-z+]+)(:>=|:<=|:>|:<|>=|<=|:|=|>|<)(.*)$/i;
const PIECE = /!?(?:[^\s"]*"[^"]*"|[^\s"]+)+/g;

/** The fields' names, for completion and for the message about a bad one. */
export const FIELDS = [...Object.keys(TEXT_FIELDS), ...Object.keys(NUMBER_FIELDS)];

function numberOf(text: string, inMs: boolean): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([a-z]*)$/i.exec(text);
  if (!match) return undefined;
  const unit = match[2]!.toLowerCase();
  if (unit === '') return Number(match[1]);
  const factor = inMs ? UNITS[unit] : undefined;
  return factor === undefined ? undefined : Number(match[1]) * factor;
}

function numeric(name: string, op: Op, text: string, not: boolean): Term | string {
  const { field, op: fixed, ms } = NUMBER_FIELDS[name]!;
  if (field === 'status' && /^[1-5]xx$/i.test(text))
    return { field, op: ':', value: text.toLowerCase(), not };
  const value = numberOf(text, ms === true);
  if (value === undefined)
    return `${name} wants ${ms ? 'a time like 200ms or 1.5s' : 'a number'}, not "${text}"`;
  const shown = op === ':' ? (fixed ?? '=') : op;
  return { field, op: shown, value, not };
}

function termOf(piece: string): Term | string {
  const not = piece.startsWith('!') && piece.length > 1;
  const body = not ? piece.slice(1) : piece;
  const match = TERM.exec(body);
  const name = match?.[1]?.toLowerCase() ?? '';
  if (match && (name in TEXT_FIELDS || name in NUMBER_FIELDS)) {
    const op = match[2]!.replace(/^:(?=.)/, '') as Op;
    const text = match[3]!.replaceAll('"', '');
    if (text === '') return `${name}${op} wants a value`;
    if (name in NUMBER_FIELDS) return numeric(name, op, text, not);
    if (op !== ':' && op !== '=') return `${name} is text: use ${name}:${text}`;
    return { field: TEXT_FIELDS[name]!, op, value: text.toLowerCase(), not };
  }
  // `page=2` is a piece of a URL more often than a mistake.
  if (match && !/^:?=?$/.test(match[2]!)) return `there is no field "${match[1]}"`;
  const word = WORDS[body.toLowerCase()];
  if (word) return { ...word, not };
  return { field: 'text', op: ':', value: body.replaceAll('"', '').toLowerCase(), not };
}

/** Answers what a filter asks for, or in a sentence what is wrong with it. */
export function parseFilter(text: string): Parsed {
  const query: Query = [];
  let all: Term[] = [];
  if (text.split('"').length % 2 === 0) return { trouble: 'a quote is not closed' };
  for (const piece of text.match(PIECE) ?? []) {
    if (piece.toLowerCase() === 'or') {
      if (all.length > 0) query.push(all);
      all = [];
      continue;
    }
    if (piece.toLowerCase() === 'and' || piece === '!') continue;
    const term = termOf(piece);
    if (typeof term === 'string') return { trouble: term };
    all.push(term);
  }
  if (all.length > 0) query.push(all);
  return { query };
}

/** Answers a query that asks for both: what the filter says and what the view says. */
export function both(one: Query, other: Query): Query {
  if (one.length === 0) return other;
  if (other.length === 0) return one;
  return one.flatMap((a) => other.map((b) => [...a, ...b]));
}

function holds(value: number, op: Op, wanted: number): boolean {
  switch (op) {
    case '>':
      return value > wanted;
    case '>=':
      return value >= wanted;
    case '<':
      return value < wanted;
    case '<=':
      return value <= wanted;
    default:
      return value === wanted;
  }
}

/** Answers whether numbers or texts satisfy a condition; an absent number satisfies none. */
export function satisfies(term: Term, value: number | string | string[] | undefined): boolean {
  let found = false;
  if (typeof value === 'number') {
    const { value: wanted } = term;
    found =
      typeof wanted === 'number'
        ? holds(value, term.op, wanted)
        : String(value).startsWith(wanted.slice(0, 1));
  } else if (value !== undefined) {
    const texts = typeof value === 'string' ? [value] : value;
    const wanted = String(term.value);
    found = texts.some((text) =>
      term.op === '=' ? text.toLowerCase() === wanted : text.toLowerCase().includes(wanted),
    );
  }
  return found !== term.not;
}

/** Answers what can be found of a call by a plain word: what it asked, and its line. What is logged says something else each time. */
function callTexts({ kind, name, site }: Span): string[] {
  if (kind === 'log') return [];
  return site === undefined ? [name] : [name, site];
}

/** Answers what a condition looks at in a request; `now` is epoch ms. */
function valueIn(field: Field, trace: Trace, now: number): number | string | string[] | undefined {
  switch (field) {
    case 'text':
      return [
        trace.method,
        trace.url,
        trace.route ?? '',
        String(trace.status ?? ''),
        ...trace.spans.flatMap(callTexts),
      ];
    case 'path':
      return trace.url;
    case 'time':
      return trace.duration;
    case 'queries':
      return trace.totals.sql?.count ?? 0;
    case 'qtime':
      return trace.totals.sql?.ms ?? 0;
    case 'age':
      return now - trace.start;
    case 'finding':
      return trace.findings.map((finding) => finding.kind);
    case 'errors':
      return errorsOf(trace);
    case 'host':
      return trace.headers?.request.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? '';
    case 'sql':
    case 'cache':
    case 'rpc':
    case 'http':
    case 'log':
      return trace.spans.filter((span) => span.kind === field).map((span) => span.name);
    default:
      return trace[field];
  }
}

/** Answers how much went wrong: a status of 500 or more, and calls that failed. */
export function errorsOf({ status, totals }: Pick<Trace, 'status' | 'totals'>): number {
  const failed = Object.values(totals).reduce((sum, total) => sum + (total.errors ?? 0), 0);
  return failed + ((status ?? 0) >= 500 ? 1 : 0);
}

/** Answers whether a request is one that a query asks for. */
export function matches(query: Query, trace: Trace, now: number): boolean {
  if (query.length === 0) return true;
  return query.some((all) => all.every((term) => satisfies(term, valueIn(term.field, trace, now))));
}

/** What only the whole request knows; everything else stands in its summary. */
const INSIDE = new Set<Field>(['host', 'sql', 'cache', 'rpc', 'http', 'log']);

/** Answers whether a condition needs the whole request. */
export function looksInside(term: Term): boolean {
  return INSIDE.has(term.field);
}
