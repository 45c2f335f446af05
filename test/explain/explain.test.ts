import { test } from 'tap';
import type { AppConnection } from '../../src/collector/link-server.js';
import type { ExplainTrouble } from '../../src/domain/link.js';
import type { Span } from '../../src/domain/trace.js';
import { explain } from '../../src/explain/explain.js';
import {
  type DatabaseQuery,
  type QueryChannel,
  QueryError,
  type QueryRow,
} from '../../src/explain/query-channel.js';
import { aSpan, aTrace } from '../factory.js';

const aConnection = (pid: number) => ({ pid }) as AppConnection;

/** An app that returns rows, or fails, by the first pattern that a statement matches. */
function anApp(...results: [pattern: RegExp, rows: QueryRow[] | ExplainTrouble | undefined][]) {
  const queries: { pid: number; query: DatabaseQuery }[] = [];
  const queryChannel = {
    async query({ pid }: AppConnection, query: DatabaseQuery) {
      queries.push({ pid, query });
      return query.ask.map(({ sql }) => {
        const rows = results.find(([pattern]) => pattern.test(sql))?.[1];
        if (Array.isArray(rows)) return rows;
        throw new QueryError(rows, rows === 'refused' ? 'no such table' : undefined);
      });
    },
  } as unknown as QueryChannel;
  const plan = (
    span: Partial<Span>,
    options: { analyze?: boolean; nulls?: boolean } = {},
    connections = [aConnection(7)],
  ) => {
    const app = { pid: 7, command: 'node app.js', cwd: '/' };
    const whole = { analyze: false, nulls: false, ...options };
    return explain(
      { trace: aTrace({ app }), span: aSpan({ kind: 'sql', ...span }), options: whole },
      queryChannel,
      connections,
    );
  };
  return { plan, statements: () => queries.map(({ query }) => query), queries };
}

const SECRET = { library: 'pg', name: 'select a from t where b = $1', detail: { params: ['REDACTED'] } };

test('PostgreSQL 16 makes a generic plan without values', async (t) => {
  const app = anApp(
    [/SHOW server_version_num/, [{ server_version_num: '160003' }]],
    [/SHOW server_version/, [{ server_version: '16.3 (Debian)' }]],
    [/^EXPLAIN/, [{ 'QUERY PLAN': 'Result  (cost=0.00..0.01 rows=1 width=4)' }]],
    [/^(?:PREPARE|DEALLOCATE)/, []],
  );
  t.same(await app.plan(SECRET), {
    statement: SECRET.name,
    asked: 'EXPLAIN (GENERIC_PLAN)',
    server: 'PostgreSQL 16.3',
    plan: ['Result  (cost=0.00..0.01 rows=1 width=4)'],
    remarks: [],
    notes: ['A generic plan, for any values: $1 was masked, or too long to be recorded whole.'],
  });
  const around = { before: ['BEGIN READ ONLY', "SET LOCAL statement_timeout = '4s'"], after: ['ROLLBACK'] };
  t.match(app.statements(), [
    { ...around, ask: [{ sql: 'SHOW server_version_num' }] },
    {
      ...around,
      ask: [
        { sql: `PREPARE scooby_plan AS ${SECRET.name}`, values: [] },
        { sql: 'DEALLOCATE scooby_plan' },
        { sql: 'SHOW server_version' },
        { sql: `EXPLAIN (GENERIC_PLAN) ${SECRET.name}` },
      ],
    },
  ]);
  t.notOk('values' in app.statements()[1]!.ask[3]!);
  await t.rejects(app.plan(SECRET, { analyze: true }), { message: /--analyze runs the statement with them/ });
});

test('MySQL runs the statement within a time limit, and restores the session’s own', async (t) => {
  const tree = [{ EXPLAIN: '-> Table scan on t\n' }];
  const table = [{ id: 1, table: 't', type: 'ALL', rows: 50_000, Extra: '' }];
  const app = anApp([/VERSION/, [{ version: '8.4.2' }]], [/^EXPLAIN ANALYZE/, tree], [/^EXPLAIN/, table]);
  const span = { library: 'mysql2', name: 'select * from t where a = ?', detail: { params: [1] } };
  t.match(await app.plan(span, { analyze: true }), {
    asked: 'EXPLAIN ANALYZE',
    server: 'MySQL 8.4.2',
    plan: ['-> Table scan on t'],
    remarks: [{ kind: 'scan', table: 't', text: /An index on t \(a\)/ }],
  });
  t.same(app.statements()[1], {
    library: 'mysql2',
    before: [
      'SET @scooby_was = @@SESSION.max_execution_time',
      'SET SESSION max_execution_time = 4000',
      'START TRANSACTION READ ONLY',
    ],
    after: ['ROLLBACK', 'SET SESSION max_execution_time = @scooby_was', 'SET @scooby_was = NULL'],
    ask: [
      { sql: 'EXPLAIN ANALYZE select * from t where a = ?', values: [1] },
      { sql: 'EXPLAIN select * from t where a = ?', values: [1] },
    ],
  });
  const old = anApp([/VERSION/, [{ version: '5.7.44-log' }]]);
  await t.rejects(old.plan(span, { analyze: true }), {
    message: /takes MySQL 8\.0\.18 or MariaDB; this is MySQL 5\.7\.44/,
  });
  const secret = { ...span, detail: { params: ['REDACTED'] } };
  await t.rejects(old.plan(secret), { message: /the server makes no plan without values.*--nulls/ });
});

test('MySQL: a value is written where a placeholder is, and nowhere else', async (t) => {
  const table = [{ id: 1, table: 't', type: 'ALL', rows: 5, Extra: '' }];
  const app = anApp([/VERSION/, [{ version: '8.4.2', mode: '' }]], [/^EXPLAIN/, table]);
  const span = { library: 'mysql2', detail: { params: ['a'] } };
  await t.rejects(app.plan({ ...span, name: "select * from t where a = 'what?' and b = ?" }), {
    message: /has a \? in a text or a name/,
  });
  t.same(app.queries, []);
  const { statement } = await app.plan({ ...span, name: 'select * from t /* why? */ where b = ?' });
  t.equal(statement, 'select * from t /* why? */ where b = ?');
  t.match(app.statements()[1]!.ask, [{ sql: 'EXPLAIN select * from t   where b = ?' }]);
  const old = anApp([/VERSION/, [{ version: '8.4.2', mode: 'NO_BACKSLASH_ESCAPES' }]]);
  await t.rejects(old.plan({ ...span, name: 'select ?', detail: { params: ["' or 1"] } }), {
    message: /NO_BACKSLASH_ESCAPES/,
  });
});

test('PostgreSQL: the index that a plan asks for is tried where hypopg is installed', async (t) => {
  const app = anApp(
    [/SHOW server_version/, [{ server_version: '16.3' }]],
    [/^EXPLAIN/, [{ p: 'Seq Scan on t  (cost=0.00..900.00 rows=1 width=4)' }, { p: '  Filter: (b = 1)' }]],
    [/to_regclass/, [{ name: 't', rows: '50000', indexed: null, indexes: null }]],
    [/pg_extension/, [{ schema: 'public' }]],
    [/hypopg_create_index/, [{}]],
    [/hypopg_reset/, [{}]],
  );
  const { remarks } = await app.plan({ library: 'pg', name: 'select a from t where b = 1' });
  t.match(remarks, [
    { kind: 'scan', text: /Tried with hypopg: the plan does not take CREATE INDEX ON t \(b\)\.$/ },
  ]);
  t.match(app.statements().at(-1), {
    before: ['BEGIN READ ONLY', "SET LOCAL statement_timeout = '4s'"],
    after: ['ROLLBACK', 'SELECT public.hypopg_reset()'],
    ask: [{}, { values: ['CREATE INDEX ON t (b)'] }, {}, { sql: 'SELECT public.hypopg_reset()' }],
  });
});

test('SQLite: a plan on the app’s own handle, without values where none are known', async (t) => {
  const app = anApp(
    [/sqlite_version/, [{ version: '3.50.1' }]],
    [/^EXPLAIN/, [{ id: 2, parent: 0, notused: 0, detail: 'SCAN items' }]],
    [/max\(rowid\)/, [{ rows: 5000 }]],
    [/pragma_index_list/, []],
  );
  const span = {
    library: 'better-sqlite3',
    name: 'select * from items where order_id = ?',
    detail: { source: 3 },
  };
  t.same(await app.plan(span), {
    statement: span.name,
    asked: 'EXPLAIN QUERY PLAN',
    server: 'SQLite 3.50.1',
    plan: ['`--SCAN items'],
    remarks: [
      {
        kind: 'scan',
        table: 'items',
        text: 'All of items is read, about 5,000 rows. An index on items (order_id) would find them. A guess: CREATE INDEX items_order_id ON items (order_id);',
        index: 'CREATE INDEX items_order_id ON items (order_id)',
      },
    ],
    notes: [],
  });
  t.match(app.statements()[0], {
    connection: 3,
    ask: [{}, { sql: `EXPLAIN QUERY PLAN ${span.name}`, values: [null] }],
  });
  const named = { ...span, name: 'select * from items where order_id = :id and name = @name' };
  await app.plan(named);
  t.match(app.statements().at(-3)?.ask[1], { values: { id: null, name: null } });
  await t.rejects(app.plan(span, { analyze: true }), { message: /^SQLite measures no plans/ });
});

test('the query goes to the process of the call, else to another that has used the database', async (t) => {
  const rows: [RegExp, QueryRow[]][] = [
    [/SHOW/, [{ server_version: '15' }]],
    [/^EXPLAIN/, [{ p: 'Result' }]],
  ];
  const span = { library: 'pg', name: 'select 1', detail: { connection: 42 } };
  const own = anApp(...rows);
  t.same((await own.plan(span, {}, [aConnection(8), aConnection(7)])).notes, []);
  t.match(own.queries, [{ pid: 7, query: { connection: 42 } }]);
  const other = anApp(...rows);
  t.same((await other.plan(span, {}, [aConnection(8), aConnection(9)])).notes, [
    'The process that ran it has ended; pid 9 was used instead.',
  ]);
  t.notOk('connection' in other.queries[0]!.query, 'connection numbers are valid in their own process only');
  const unseen = anApp([/./, 'unseen']);
  await t.rejects(unseen.plan(span, {}, [aConnection(8), aConnection(9)]), {
    message: /^The app has not used pg since it was started/,
  });
  t.same(
    unseen.queries.map(({ pid }) => pid),
    [9, 8],
  );
  await t.rejects(anApp().plan(span, {}, []), {
    message: 'No process of the app is connected. Is it starting? It was: node app.js',
  });
});

test('messages for the reasons why there is no plan', async (t) => {
  const span = { library: 'pg', name: 'select 1' };
  const because = async (trouble: ExplainTrouble | undefined, words: RegExp) =>
    t.rejects(anApp([/./, trouble]).plan(span), { message: words });
  await because('several', /the app has several databases\. Send the request again/);
  await because('busy', /^No connection got free within 5 s: the pool of the app is exhausted/);
  await because('slow', /has not answered within 5 s; the connection was closed/);
  await because('refused', /^The database refuses: no such table$/);
  await because(undefined, /^The app has ended meanwhile/);
  const app = anApp();
  await t.rejects(app.plan({ kind: 'cache', library: 'ioredis' }), {
    message: 'This is no SQL but a call of the kind cache.',
  });
  for (const library of ['constructor', 'tedious'])
    await t.rejects(app.plan({ library }), {
      message: `It is not known which SQL ${library} speaks, so it has no plans.`,
    });
  await t.rejects(app.plan({ library: 'postgres' }), {
    message: /^Plans cannot be requested through postgres; docs\/libraries\.md has the libraries that can/,
  });
  await t.rejects(app.plan({ library: 'pg', name: 'drop table t' }), { message: /^DROP has no plan/ });
  t.same(app.queries, []);
});
