/** Kinds of calls: all that is shown, filtered or judged by kind is read here. A kind that is not in the table gets the defaults. */

/** Colour role: the kind's own, which has its name, or that of all without one. */
export type KindRole = KnownKind | 'accent';

/** Facts of one kind. */
export interface SpanKind {
  /** Title of its tab, and a shorter one for narrow screens. */
  title: string;
  short: string;
  /** Digit that opens its tab; empty for a tab that is reached by stepping. */
  key: string;
  /** Head of a column of such calls. */
  head: string;
  /** What one of its calls is called, and several. */
  noun: string;
  nouns: string;
  /** What it is painted in. */
  role: KindRole;
  /** False where its calls take none of the request's time, and say something else each time. */
  isTimed: boolean;
  /** ms from which on one call is slow; missing where none is by its time alone. */
  slow?: number;
}

type Row = Omit<SpanKind, 'short' | 'key' | 'head' | 'role' | 'isTimed'> &
  Partial<Pick<SpanKind, 'short' | 'key' | 'head' | 'isTimed'>> & {
    /** What its own role looks like where no theme says otherwise: parameters of SGR. */
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
  cpu: { title: 'CPU', key: '7', head: 'FUNCTION', noun: 'function', nouns: 'functions' },
  graphql: { title: 'GraphQL', noun: 'GraphQL operation', nouns: 'GraphQL operations' },
  dns: { title: 'DNS', noun: 'DNS look-up', nouns: 'DNS look-ups' },
  process: { title: 'Process', noun: 'child process', nouns: 'child processes' },
  block: { title: 'Block', noun: 'synchronous call', nouns: 'synchronous calls' },
} as const satisfies Record<string, Row>;

/** Kinds of the table; each is a field of the filter language: `sql:users`. */
export type KnownKind = keyof typeof TABLE;
export const KNOWN_KINDS = Object.keys(TABLE) as KnownKind[];

const KNOWN = new Map<string, SpanKind>(
  Object.entries<Row>(TABLE).map(([kind, row]) => [kind, factsOf(kind, row)]),
);

/** Facts of any kind: calls of one that is not in the table are shown under its own name, in a tab of its own. */
export function kindOf(kind: string): SpanKind {
  return KNOWN.get(kind) ?? factsOf(kind, unknown(kind));
}

function factsOf(kind: string, { colour, ...row }: Row): SpanKind {
  const defaults = { short: row.title.slice(0, 6), key: '', head: 'CALL', isTimed: true };
  const role = colour !== undefined && isKnownKind(kind) ? kind : 'accent';
  return { ...defaults, ...row, role };
}

function unknown(kind: string): Row {
  const title = kind.slice(0, 1).toUpperCase() + kind.slice(1);
  return { title, noun: `${kind} call`, nouns: `${kind} calls` };
}

/** True for a kind of the table. */
export function isKnownKind(kind: string): kind is KnownKind {
  return Object.hasOwn(TABLE, kind);
}

/** False for calls that take none of the request's time: a log line. */
export function isTimed({ kind }: { kind: string }): boolean {
  return kindOf(kind).isTimed;
}

/** Per kind that has a limit: ms from which on one call is slow. */
export function slowLimits(): Record<string, number> {
  return Object.fromEntries(
    KNOWN_KINDS.flatMap((kind) => {
      const { slow } = kindOf(kind);
      return slow === undefined ? [] : [[kind, slow]];
    }),
  );
}

/** Per role of a kind: what it looks like in the terminal's own sixteen colours. */
export const KIND_COLOURS = Object.fromEntries(
  Object.entries<Row>(TABLE).flatMap(([kind, { colour }]) => (colour === undefined ? [] : [[kind, colour]])),
);
