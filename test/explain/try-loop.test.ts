/** Trials on real servers: every route of an app is a loop of another shape. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { connectToRun } from '../../src/control/client.js';
import type { LoopTrial } from '../../src/explain/loop-trial.js';
import { nodes } from '../nodes.js';
import { FIXTURES, linkPackages } from '../packages.js';
import { project, ROOT, type ScoobyRun, scooby } from '../scooby.js';
import { mariadb, postgres } from '../servers/index.js';

type Outcome = LoopTrial | string;

/** Asks every route of a fixture, then tries the loop of each; a text is the reason why not. */
async function outcomesOf(
  t: Test,
  fixture: string,
  env: NodeJS.ProcessEnv,
  packages: string[] = [],
  command = ['app.cjs'],
): Promise<{ run: ScoobyRun; outcomes: Record<string, Outcome> }> {
  const files = { 'app.cjs': readFileSync(join(FIXTURES, 'try', fixture), 'utf8') };
  const folder = project(t, files);
  linkPackages(folder, ...packages);
  const run = scooby(t, { command, folder, env });
  t.equal((await run.ask('/setup')).body, 'fine');
  const routes: string[] = JSON.parse((await run.ask('/routes')).body);
  for (const route of routes) t.equal((await run.ask(route)).body, 'fine', route);
  await run.trace(routes.at(-1)!);
  const traces = await run.traces();
  const control = (await connectToRun(run.database))!;
  const outcomes: Record<string, Outcome> = {};
  for (const route of routes) {
    const trace = traces.find(({ url }) => url === route)!;
    const spans = trace.spans.flatMap(({ kind, shape }, n) => (kind === 'sql' && !shape.isSetup ? n : []));
    const given = route === '/masked' ? { $2: 'secret', 'value 2': 'secret' } : {};
    outcomes[route] = await control.tryLoop(trace, { spans, given }).catch((error: Error) => error.message);
  }
  control.close();
  return { run, outcomes };
}

/** What each route came to: its statement and whether the rows were the same, or the reason. */
function summaries(outcomes: Record<string, Outcome>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(outcomes).map(([route, outcome]) => {
      if (typeof outcome === 'string')
        return [route, outcome.replace(/(PostgreSQL|MariaDB|SQLite) [\d.]+/, '$1')];
      const same = { true: 'same', false: 'OTHER ROWS', undefined: 'unknown' }[
        String(outcome.comparison.same)
      ];
      return [route, `${same} ${outcome.one.rows}: ${outcome.statement.replace(/\s+/g, ' ')}`];
    }),
  );
}

/** Plan of the first query of a route; on a busy machine a block of the event loop may come before it. */
async function planOf(run: ScoobyRun, route: string): Promise<object> {
  const { id, spans } = await run.trace(route);
  const call = spans.findIndex(({ kind }) => kind === 'sql') + 1;
  return JSON.parse(run.cli('explain', id, `${call}`, '--json').stdout);
}

function expected(fixture: string): Record<string, string> {
  return JSON.parse(readFileSync(join(ROOT, 'test/fixtures/try', fixture), 'utf8'));
}

test('PostgreSQL: one statement has the rows of each loop, or is refused; nothing is written', async (t) => {
  const { run, outcomes } = await outcomesOf(t, 'pg.cjs', { PG: (await postgres(t)).url });
  t.same(summaries(outcomes), expected('pg.json'));
  t.match(outcomes['/count'], {
    kind: 'group',
    server: /^PostgreSQL \d/,
    loop: { calls: 7, rows: 7 },
    one: { rows: 6 },
    again: { calls: 7 },
    comparison: {
      text: /^the same rows for each of 7 values; one has no row, where the loop counts nothing/,
    },
  });
  t.match(outcomes['/repeated'], { notes: ['8 calls asked for 5 different values.'] });
  const { loop, notes } = outcomes['/lists'] as LoopTrial;
  t.equal(loop.calls, 3, 'what is not replaced is not counted');
  t.same(notes, ['2 calls of another form, such as IS NULL or a list of another length, are not in it.']);
  t.match((outcomes['/uuid'] as LoopTrial).script, /uid = ANY\('\{[\da-f]{32},/);
  t.match((await run.ask('/writes')).body, '"is_called":false', 'not even a sequence moved');
  t.same(JSON.parse((await run.ask('/state')).body), { read_only: 'off', timeout: '0', prepared: 0 });
});

test('PostgreSQL by postgres.js: the same', async (t) => {
  // What the driver makes of values, names and refusals; which statement it is does not depend on it.
  const routes =
    '/key,/named,/castCall,/in,/nulls,/pair,/first,/count,/any,/uuid,/bytea,/char,/jsonb,/array,/time,/lock,/update,/masked';
  const env = { PG: (await postgres(t)).url, DRIVER: 'postgres', ROUTES: routes };
  const { run, outcomes } = await outcomesOf(t, 'pg.cjs', env, ['postgres']);
  const known = expected('pg.json');
  t.same(summaries(outcomes), Object.fromEntries(routes.split(',').map((route) => [route, known[route]])));
  t.match((await run.ask('/writes')).body, '"is_called":false');
  t.same(JSON.parse((await run.ask('/state')).body), { read_only: 'off', timeout: '0', prepared: 0 });
  t.match(await planOf(run, '/key'), {
    asked: 'EXPLAIN',
    server: /^PostgreSQL \d/,
    plan: [/^Seq Scan on items/],
  });
});

test('MariaDB: the same, and the session is as it was', async (t) => {
  const { run, outcomes } = await outcomesOf(t, 'mysql.cjs', { MYSQL: (await mariadb(t)).url }, ['mysql2']);
  t.same(summaries(outcomes), expected('mysql.json'));
  t.match(outcomes['/first'], {
    kind: 'window',
    server: /^MariaDB \d/,
    loop: { calls: 7 },
    again: { calls: 7 },
  });
  t.same(JSON.parse((await run.ask('/writes')).body), { writes: 0 });
  t.match(JSON.parse((await run.ask('/state')).body), { readonly: 0, was: null });
});

test('each SELECT of the ORMs and query builders has one in its place, with the same rows', async (t) => {
  const packages = ['drizzle-orm', 'knex', 'kysely', 'sequelize', 'typeorm', '@prisma'];
  const env = { PG: (await postgres(t)).url, PRISMA: join(FIXTURES, 'prisma.cjs') };
  const { run, outcomes } = await outcomesOf(t, 'orm.cjs', env, packages);
  const kinds = Object.entries(outcomes).map(([route, outcome]) => [
    route,
    typeof outcome === 'string' ? outcome : outcome.comparison.same === true ? outcome.kind : 'OTHER ROWS',
  ]);
  t.same(Object.fromEntries(kinds), {
    '/drizzle': 'list',
    '/drizzleFirst': 'list',
    '/knex': 'list',
    '/knexFirst': 'list',
    '/knexCount': 'group',
    '/kysely': 'list',
    '/kyselyLimit': 'lateral',
    '/sequelize': 'list',
    '/sequelizeByPk': 'list',
    '/sequelizeCount': 'group',
    '/typeorm': 'list',
    '/typeormOne': 'list',
    '/typeormCount': 'group',
    '/prisma': 'list',
    '/prismaFirst': 'list',
    '/prismaCount': 'lateral',
  });
  t.same(JSON.parse((await run.ask('/writes')).body), { is_called: false });
});

const BETTER = join(ROOT, 'node_modules/better-sqlite3');

test('SQLite: the same, in a process of its own; what has no write-ahead log is copied', async (t) => {
  const folder = t.testdir({ copied: {} });
  const copied = join(folder, 'copied');
  const env = { FILE: join(folder, 'shop.db'), COPIED: join(copied, 'shop.db'), BETTER };
  const { run, outcomes } = await outcomesOf(t, 'sqlite.cjs', env);
  const known = expected('sqlite.json');
  const [key, count] = [known['/key']!, known['/count']!];
  t.same(summaries(outcomes), {
    ...known,
    ...{ '/file/key': key, '/file/count': count, '/memory/key': key, '/memory/count': count },
  });
  // The route that writes does, once in each call.
  t.same(JSON.parse((await run.ask('/writes')).body), [7, 0, 0]);
  t.same(readdirSync(copied), ['shop.db']);
  t.match(await planOf(run, '/columns'), {
    asked: 'EXPLAIN QUERY PLAN',
    server: /^SQLite 3/,
    plan: ['|--SCAN items', '`--USE TEMP B-TREE FOR ORDER BY'],
  });
});

test('SQLite by node:sqlite: the same', async (t) => {
  const newest = (await nodes()).at(-1)!;
  const env = {
    ...{ FILE: join(t.testdir(), 'shop.db'), SQLITE: 'node', NODE_NO_WARNINGS: '1' },
    ROUTES: '/key,/named,/first,/count,/blob,/masked,/write',
  };
  const { outcomes } = await outcomesOf(t, 'sqlite.cjs', env, [], [newest.path, 'app.cjs']);
  const known = expected('sqlite.json');
  t.same(
    summaries(outcomes),
    Object.fromEntries(Object.keys(outcomes).map((route) => [route, known[route]])),
  );
});
