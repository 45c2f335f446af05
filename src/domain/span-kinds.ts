/** Kinds of calls: titles, nouns, colours and limits per kind, with defaults for unknown kinds. */

import type { KindFacts, LibraryFacts } from './library.js';
import { capitalized } from './text.js';

/** Colour role of a kind: the kind's own role, or `accent` for kinds without a colour. */
export type KindRole = KnownKind | 'accent';

/** Facts of one kind. */
export interface SpanKind {
  /** Title of the tab. */
  title: string;
  /** Title on narrow screens. */
  short: string;
  /** Digit key of the tab; empty for a tab without a key. */
  key: string;
  /** Head of the column of calls. */
  head: string;
  /** Noun for one call. */
  noun: string;
  /** Noun for several calls. */
  nouns: string;
  role: KindRole;
  /** False where calls take no time of the request, and their texts rarely repeat: log lines. */
  isTimed: boolean;
  /** True where calls of other kinds run inside of them, whose time it is. */
  wraps: boolean;
  /** True where calls in a loop are told for their kind alone: one of an instrument by others. */
  loops: boolean;
  /** ms from which a call is slow; missing where time alone does not make a call slow. */
  slow?: number;
}

type Row = Omit<SpanKind, 'short' | 'key' | 'head' | 'role' | 'isTimed' | 'wraps' | 'loops'> &
  Partial<Pick<SpanKind, 'short' | 'key' | 'head' | 'isTimed' | 'wraps' | 'loops'>> & {
    /** SGR parameters of the kind's own role, unless a theme overrides them. */
    colour?: string;
  };

const TABLE = {
  sql: {
    title: 'SQL',
    key: '2',
    head: 'QUERY',
    noun: 'query',
    nouns: 'queries',
    colour: '34',
    slow: 500,
  },
  cache: {
    title: 'Cache',
    key: '3',
    head: 'COMMAND',
    noun: 'cache call',
    nouns: 'cache calls',
    colour: '35',
    slow: 100,
  },
  rpc: {
    title: 'RPC',
    key: '4',
    head: 'PROCEDURE',
    noun: 'remote call',
    nouns: 'remote calls',
    colour: '33',
    slow: 1000,
  },
  http: {
    title: 'HTTP',
    key: '5',
    head: 'REQUEST',
    noun: 'HTTP request',
    nouns: 'HTTP requests',
    colour: '36',
    slow: 1000,
  },
  log: { title: 'Logs', key: '6', noun: 'log line', nouns: 'log lines', colour: '2', isTimed: false },
  cpu: {
    title: 'CPU',
    key: '7',
    head: 'FUNCTION',
    noun: 'function',
    nouns: 'functions',
    colour: '32',
  },
  graphql: { title: 'GraphQL', noun: 'GraphQL operation', nouns: 'GraphQL operations', wraps: true },
  dns: { title: 'DNS', noun: 'DNS look-up', nouns: 'DNS look-ups' },
  process: { title: 'Process', noun: 'child process', nouns: 'child processes' },
  span: { title: 'Spans', head: 'SPAN', noun: 'span', nouns: 'spans', wraps: true },
  block: { title: 'Block', noun: 'synchronous call', nouns: 'synchronous calls', colour: '31' },
  blocked: { title: 'Blocked', noun: 'wait for other code', nouns: 'waits for other code' },
} as const satisfies Record<string, Row>;

/** Kind in the table; each is a field of the filter language: `sql:users`. */
export type KnownKind = keyof typeof TABLE;
export const KNOWN_KINDS = Object.keys(TABLE) as KnownKind[];

const FACTS = new Map<string, SpanKind>(
  Object.entries<Row>(TABLE).map(([kind, row]) => [kind, factsOf(kind, row)]),
);

/** Facts of any kind; an unknown kind gets its own tab under its own name. */
export function kindOf(kind: string): SpanKind {
  return FACTS.get(kind) ?? factsOf(kind, unknownRow(kind));
}

function factsOf(kind: string, { colour, ...row }: Row): SpanKind {
  const defaults = { short: row.title.slice(0, 6), key: '', head: 'CALL' };
  const traits = { isTimed: true, wraps: false, loops: false };
  const role = colour !== undefined && isKnownKind(kind) ? kind : 'accent';
  return { ...defaults, ...traits, ...row, role };
}

function unknownRow(kind: string): Row {
  const title = capitalized(kind);
  return { title, noun: `${kind} call`, nouns: `${kind} calls` };
}

/** Kinds that instruments by others have named; bounded, as any trace may bring some. */
const learned = new Map<string, string>();
const MAX_LEARNED = 100;

/**
 * Takes over what the instruments of a trace say of their kinds, which every tab, list and rule then
 * knows. What scooby knows of a kind by itself stays.
 */
export function learnKinds(libraries: Record<string, LibraryFacts> | undefined): void {
  for (const name in libraries) for (const facts of libraries[name]!.kinds ?? []) learnKind(facts);
}

function learnKind(facts: KindFacts): void {
  const { kind } = facts;
  const text = JSON.stringify(facts);
  if (isKnownKind(kind) || learned.get(kind) === text) return;
  if (learned.size >= MAX_LEARNED && !learned.has(kind)) return;
  learned.set(kind, text);
  const row = unknownRow(kind);
  const { title = row.title, noun = row.noun, slow, loop = false, wraps = false } = facts;
  const nouns = facts.nouns ?? (facts.noun === undefined ? row.nouns : `${noun}s`);
  const own = { title, noun, nouns, loops: loop, wraps };
  FACTS.set(kind, factsOf(kind, slow === undefined ? own : { ...own, slow }));
  limits = undefined;
}

function isKnownKind(kind: string): kind is KnownKind {
  return Object.hasOwn(TABLE, kind);
}

/** False for calls that take no time of the request: log lines. */
export function isTimed({ kind }: { kind: string }): boolean {
  return kindOf(kind).isTimed;
}

/** Limits in ms from which a call is slow, per kind with such a limit. */
export function slowLimits(): Readonly<Record<string, number>> {
  return (limits ??= Object.fromEntries(
    [...FACTS].flatMap(([kind, { slow }]) => (slow === undefined ? [] : [[kind, slow]])),
  ));
}

/** Until another kind is learned. */
let limits: Readonly<Record<string, number>> | undefined;

/** SGR parameters per kind's role, in the terminal's own sixteen colours. */
export const KIND_COLOURS = Object.fromEntries(
  Object.entries<Row>(TABLE).flatMap(([kind, { colour }]) => (colour === undefined ? [] : [[kind, colour]])),
);
