/** Random filters over random rows: SQLite, the store in memory and the browser's slices agree. */

import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type Test, test } from 'tap';
import type { FilterQuery } from '../../src/domain/filter.js';
import type { FilterField, FilterTerm } from '../../src/domain/filter-term.js';
import type { Finding, Trace } from '../../src/domain/trace.js';
import { Connection } from '../../src/store/connection.js';
import { holdsInside } from '../../src/store/filter-match.js';
import { conditionOf } from '../../src/store/filter-sql.js';
import { MemoryStore } from '../../src/store/memory.js';
import { PageReader } from '../../src/store/page-reader.js';
import { SqliteStore } from '../../src/store/sqlite.js';
import { aFrame, aSpan, aTrace } from '../factory.js';
import { aClock, sampling } from './contract.js';

/** Pseudo-random numbers from 0 to 1. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    const mixed = Math.imul(state ^ (state >>> 13), 0x297a2d39);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}

const WORDS = [
  ...['orders', 'Orders', 'a', '_', '%', '100%_off', 'a\\b', "'", '"', '; DROP TABLE traces', '[', ',', '#'],
  ...[
    'n+1',
    '404',
    '5',
    '日本語',
    'Ärger',
    'ärger',
    'STRASSE',
    'straße',
    'İ',
    'i',
    '\u212a',
    'k',
    'ΟΔΟΣ',
    'ς',
  ],
  'café',
  '%c3%a9',
  'secret-value',
  ...['x'.repeat(300), 'y'.repeat(12_000), '*', '?', '😀', '\t', '(', 'é', 'e\u0301', 'null', 'undefined'],
];

class Generator {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
  }

  chance(share: number): boolean {
    return this.#random() < share;
  }

  one<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)]!;
  }

  list<T>(most: number, make: () => T): T[] {
    return Array.from({ length: Math.floor(this.#random() * (most + 1)) }, make);
  }

  trace(n: number, now: number): Trace {
    const spans = this.list(3, () => this.#span());
    const kinds = ['n+1', 'n+1-cache', 'slow', 'Slow-Query', 'ärger', 'a"b', 'a,b'] as const;
    const findings = this.list(2, () => this.#finding(this.one(kinds)));
    const trace = aTrace({
      ...{ id: `${n.toString(16).padStart(8, '0')}-${this.one(['a', 'B', 'c'])}`, spans, findings },
      method: this.one(['GET', 'POST', 'get', 'M-SEARCH', 'tick', 'tick']),
      url: `/${this.one(WORDS)}/${this.one(['7', 'x', WORDS[16]])}?${this.one(WORDS)}=${this.one(WORDS)}${this.one(['', '&c=caf%C3%A9', '&o=%2F%ff'])}`,
      route: `/${this.one(WORDS)}/:id`,
      status: this.one([200, 204, 301, 399, 400, 404, 499, 500, 503, 599]),
      state: this.one(['done', 'done', 'open', 'died']),
      duration: this.one([0, 0.001, 12.5, 99.999, 100, 1e6]),
      start: now - this.one([0, 1, 999.5, 1000, 60_000, 59_999.999, 3_600_000]) - n / 1024,
    });
    for (const name of ['route', 'status', 'duration'] as const) if (this.chance(0.3)) delete trace[name];
    if (this.chance(0.2)) trace.aborted = true;
    if (this.chance(0.6)) trace.headers = { request: [['Host', this.one(WORDS)]] };
    if (this.chance(0.6)) trace.app = { pid: 1, command: this.one(WORDS), cwd: `/${this.one(WORDS)}` };
    return trace;
  }

  #span() {
    const kind = this.one(['sql', 'sql', 'cache', 'http', 'log', 'rpc', 'errors']);
    const name = `${this.one(['select', 'get', 'POST'])} ${this.one([...WORDS, 'a\u0000b'])} from ${this.one(WORDS)}`;
    const failed = this.chance(0.2) ? { error: 'no' } : {};
    const line = this.one([1, 404, 47]);
    const detail = this.chance(0.3) ? { params: ['Secret-Value', 7, null, 'ärger'] } : {};
    return aSpan({
      kind,
      name,
      detail,
      ...failed,
      stack: [aFrame({ file: `src/${this.one(WORDS)}.js`, line })],
    });
  }

  #finding(kind: string): Finding {
    const rest = { severity: 'high', message: 'm', spans: [], ms: 1, confidence: 1, reasons: [] } as const;
    return { ...rest, id: kind, kind, spans: [], reasons: [] };
  }

  query(): FilterQuery {
    return this.list(2, () => [this.term(), ...this.list(2, () => this.term())]);
  }

  term(): FilterTerm {
    const numbers: FilterField[] = ['status', 'time', 'queries', 'qtime', 'age'];
    const texts: FilterField[] = [
      'text',
      'text',
      'path',
      'route',
      'method',
      'host',
      'service',
      'id',
      'finding',
      'state',
    ];
    const calls: FilterField[] = ['sql', 'cache', 'rpc', 'http', 'log'];
    const not = this.chance(0.3);
    const op = this.one(['=', '>', '>=', '<', '<='] as const);
    const field = this.one([...numbers, ...texts, ...calls, 'errors' as const, 'routine' as const]);
    if (field === 'errors' || field === 'routine') return { field, op: '>', value: 0, not };
    if (field === 'status' && this.chance(0.4))
      return { field, op: ':', value: this.one(['4xx', '5xx']), not };
    if (numbers.includes(field)) {
      const value = this.one([0, 1, 2, 12.5, 99.999, 100, 400, 404, 500, 1000, 60_000, 3_600_000]);
      return { field, op, value, not };
    }
    return { field, op: this.one([':', ':', '=']), value: this.#wanted(field), not };
  }

  #wanted(field: FilterField): string {
    const known = {
      method: ['get', 'post', 's'],
      state: ['died', 'open', 'done', 'd'],
      id: ['-b', '0000001'],
    };
    const own = known[field as 'method'] ?? (field === 'finding' ? ['n+1', 'slow', '","', 'a"b', '['] : []);
    const text = this.one(own.length > 0 ? own : [...WORDS, '', 'a\u0000b', 'select ', '47', '.js:404']);
    return text.replace(/[^\u0130\u212a]+/g, (part) => part.toLowerCase());
  }
}

function stores(t: Test, seed: number) {
  const clock = aClock();
  const make = new Generator(seed);
  const path = join(t.testdir(), 'scooby.db');
  const connect = (file: string, options: Sqlite.Options) => new Sqlite(file, options);
  const options = { connect, path, ttl: 1e9, maxSize: 1e9, warn: t.fail, clock, ...sampling };
  const sqlite = new SqliteStore(options);
  const memory = new MemoryStore(options);
  const traces = Array.from({ length: 60 }, (_, n) => make.trace(n, clock.now()));
  sqlite.saveAll(traces);
  memory.saveAll(traces);
  const reader = new PageReader(new Connection({ ...options, readonly: true }));
  t.teardown(() => {
    reader.close();
    sqlite.close();
  });
  const inSlice = (query: FilterQuery) =>
    reader.rows(reader.slice(0, 8e15, conditionOf(query, clock.now()), '0').map(({ seq }) => seq));
  return { make, sqlite, memory, inSlice };
}

const ids = (found: { id: string }[]) => found.map(({ id }) => id);

for (const seed of [1, 2, 3, 4, 5, 6]) {
  test(`filters match the same in SQL and in memory (seed ${seed})`, async (t) => {
    const { make, sqlite, memory, inSlice } = stores(t, seed);
    const found = new Set<number>();
    for (let n = 0; n < 250; n++) {
      const query = make.query();
      const label = JSON.stringify(query).slice(0, 400);
      const wanted = ids(await memory.recent({ query }, 1000));
      found.add(wanted.length);
      if (wanted.join() !== ids(await sqlite.recent({ query }, 1000)).join())
        t.same(ids(await sqlite.recent({ query }, 1000)), wanted, label);
      if (wanted.join() !== ids(inSlice(query)).join()) t.same(ids(inSlice(query)), wanted, `slice ${label}`);
    }
    t.ok(found.size > 20, `filters find now more, now fewer: ${[...found].join(' ')}`);
  });

  test(`aggregates of a filter's matches are the same in SQL and in memory (seed ${seed})`, async (t) => {
    const { make, sqlite, memory } = stores(t, seed);
    for (let n = 0; n < 40; n++) {
      const query = make.query();
      const of = async (store: MemoryStore | SqliteStore) =>
        (await store.aggregates('route', { query }))
          .map(({ kind, text, count, p50, p95, errors, queries }) =>
            JSON.stringify([kind, text, count, p50, p95, errors, queries]),
          )
          .sort();
      t.same(await of(sqlite), await of(memory), JSON.stringify(query).slice(0, 400));
    }
  });
}

test('error: finds what was thrown, its causes, and the errors of calls', (t) => {
  const error = { name: 'TypeError', message: 'no name', code: 'E1', at: 1, by: 'express', stack: [] };
  const thrown = aTrace({
    errors: [{ ...error, causes: [{ name: 'Error', message: 'Timeout', stack: [] }] }],
  });
  const called = aTrace({ spans: [aSpan({ error: '42P01: no relation' })] });
  const finds = (value: string, trace: Trace, not = false) =>
    holdsInside({ field: 'error', op: ':', value, not }, trace);
  t.same(
    ['typeerror: no', 'e1', 'timeout', 'relation'].map((value) => [
      finds(value, thrown),
      finds(value, called),
    ]),
    [
      [true, false],
      [true, false],
      [true, false],
      [false, true],
    ],
  );
  t.equal(finds('relation', aTrace(), true), true);
  t.end();
});
