import { test } from 'tap';
import { chooseCall } from '../../../src/cli/commands/explain.js';
import { fingerprint } from '../../../src/insight/sql/fingerprint.js';
import { aSpan, aTrace } from '../../factory.js';
import { linkPackages } from '../../packages.js';
import { project, type ScoobyRun, scooby } from '../../scooby.js';
import { mariadb, postgres } from '../../servers/index.js';

const PG = `
const { Client, Pool } = require('pg');
const pool = new Pool({ connectionString: process.env.PG, max: 1 });
const many = 'insert into orders (user_id, status) select i % 2000, $1 from generate_series(1, 5000) i';
const handlers = {
  '/setup': async () => {
    await pool.query('create table orders (id serial primary key, user_id int, status text, password text)');
    await pool.query(many, ['open']);
    await pool.query('analyze orders');
  },
  '/queries': async () => {
    await pool.query('select * from orders where user_id = $1 and status = $2', [7, 'öffen']);
    await pool.query('select id from orders where password = $1', ['secret']);
    await pool.query('set application_name = $$x$$');
    await pool.query('update orders set status = $1 where id = $2', ['open', 3]);
  },
  '/client': async () => {
    globalThis.client = new Client(process.env.PG);
    await client.connect();
    await client.query('begin');
    await client.query('select * from orders where id = $1', [1]);
  },
  '/state': async () => {
    const { rows } = await pool.query("select current_setting('transaction_read_only') a, current_setting('statement_timeout') b");
    return JSON.stringify({ ...rows[0], idle: pool.idleCount, total: pool.totalCount, queries: globalThis.client?.queryQueue?.length ?? 0 });
  },
  '/hypopg': () => pool.query('create extension hypopg').then(() => 'there', () => 'not installed'),
  '/hypothetical': async () => JSON.stringify((await pool.query('select count(*)::int n from hypopg()')).rows[0]),
  '/hold': async () => { globalThis.held = await pool.connect(); },
  '/release': async () => held.release(),
};
require('node:http').createServer((req, res) =>
  handlers[req.url]().then((text) => res.end(text ?? 'fine'), (error) => res.writeHead(500).end(error.stack)),
).listen(0, '127.0.0.1');
`;

const explain = (run: ScoobyRun, ...args: string[]) => run.cli('explain', ...args);
const planOf = (run: ScoobyRun, ...args: string[]) => JSON.parse(explain(run, ...args, '--json').stdout);

test('a query of pg is explained on its pool, without being recorded and without side effects', async (t) => {
  const run = scooby(t, {
    command: ['app.cjs'],
    files: { 'app.cjs': PG },
    env: { PG: (await postgres(t)).url },
  });
  t.equal((await run.ask('/setup')).body, 'fine');
  t.equal((await run.ask('/queries')).body, 'fine');
  const { id } = await run.trace('/queries');
  const plan = planOf(run, id, '1');
  t.match(plan, { request: id, call: 1, asked: 'EXPLAIN', server: /^PostgreSQL \d/, notes: [] });
  t.match(plan.plan[0], /^Seq Scan on orders {2}\(cost=/);
  t.match(plan.plan[1], /Filter: .*'öffen'/, 'with the values of that call');
  t.match(plan.remarks, [{ kind: 'scan', table: 'orders', text: /An index on orders \(user_id, status\)/ }]);
  if ((await run.ask('/hypopg')).body === 'there') {
    t.match(planOf(run, id, '1').remarks, [
      {
        text: /would find them\. Tried with hypopg: CREATE INDEX ON orders .*; gives the plan .*Index Scan, of a cost of/,
      },
    ]);
    t.match((await run.ask('/hypothetical')).body, '{"n":0}', 'none is left in the session');
  } else t.comment('hypopg is not installed: postgresql-15-hypopg');
  const text = explain(run, id.slice(0, 8), '1', '--analyze').stdout;
  t.match(text, /^GET \/queries {2}call 1 {2}took /);
  t.match(text, /EXPLAIN \(ANALYZE, BUFFERS\) by PostgreSQL/);
  t.match(text, /actual time=/);
  t.match(planOf(run, id, '4').plan[0], /^Update on orders/);

  for (const [args, message] of [
    [
      [id, '2'],
      /^scooby: \$1 was masked, or too long to be recorded whole, and a plan without values takes PostgreSQL 16/,
    ],
    [[id, '2', '--analyze'], /^scooby: \$1 was masked.* --analyze runs the statement with them/],
    [[id, '3'], /^scooby: SET has no plan/],
    [[id, '4', '--analyze'], /^scooby: --analyze would run this UPDATE, and it writes; leave it out/],
    [[id, '5'], /^scooby: The request has no call "5": it made 4\./],
    [['ffffffff', '1'], /^scooby: No request "ffffffff" is stored/],
  ] as const) {
    const { code, stderr } = explain(run, ...args);
    if (args[1] !== '2' || !plan.server.match(/ 1[6-9]/)) t.match(stderr, message);
    t.equal(code, 1);
  }
  t.match(planOf(run, id, '2', '--nulls').notes, [
    'NULL was taken for $1: the plan may differ with real values.',
  ]);

  t.match(JSON.parse((await run.ask('/state')).body), { a: 'off', b: '0', total: 1 });
  await run.ask('/client');
  t.match(
    planOf(run, 'last', '2').plan[0],
    /Scan.* on orders/,
    'a client outside any pool, in a transaction',
  );
  t.same(JSON.parse((await run.ask('/state')).body).queries, 0);

  await run.ask('/hold');
  t.match(
    explain(run, id, '1').stderr,
    /^scooby: No connection got free within 5 s: the pool of the app is exhausted/,
  );
  await run.ask('/release');
  t.match(
    JSON.parse((await run.ask('/state')).body),
    { a: 'off', total: 1 },
    'a connection that came too late was released',
  );
  t.match(planOf(run, id, '1').plan[0], /^Seq Scan/);

  const names = await statementsOf(run);
  t.same(
    names.filter((name) => /EXPLAIN|READ ONLY|ROLLBACK|statement_timeout =/i.test(name)),
    [],
    'explain itself is not recorded',
  );
  await run.stop();
  const late = explain(run, id, '1');
  t.match(late.stderr, /^scooby: The app is not running under scooby.*scooby run -- node app\.cjs/);
  t.equal(late.code, 1);
});

async function statementsOf(run: ScoobyRun): Promise<string[]> {
  return (await run.traces()).flatMap(({ spans }) =>
    spans.flatMap(({ kind, name }) => (kind === 'sql' ? name : [])),
  );
}

const MYSQL = `
const [name] = [process.env.LIBRARY];
const library = require(name);
const { hostname: host, port, username: user, pathname } = new URL(process.env.DB);
const options = {
  mysql: process.env.DB,
  mysql2: { uri: process.env.DB, connectionLimit: 2, rowsAsArray: true },
  mariadb: { host, port: Number(port), user, database: pathname.slice(1), connectionLimit: 2, rowsAsArray: true },
};
const pool = library.createPool(options[name]);
const ask = (sql, values) => name === 'mariadb' ? pool.query(sql, values) : new Promise((resolve, reject) => pool.query(sql, values, (error, rows) => error ? reject(error) : resolve(rows)));
const handlers = {
  '/setup': async () => {
    await ask('create table orders (id int auto_increment primary key, user_id int, status varchar(20), k binary(2))');
    await ask("insert into orders (user_id, status) select seq % 2000, 'open' from seq_1_to_5000");
  },
  '/queries': async () => {
    await ask('select * from orders where k = ? and status = ?', [Buffer.from([1, 200]), "o'pen"]);
    await ask('update orders set status = ? where user_id = ?', ['open', 7]);
    await ask('select status, count(*) from orders group by status order by 2');
    await ask('select o.id from orders o join orders p using (id) where o.user_id = ? order by o.status limit 1', [77]);
  },
};
require('node:http').createServer((req, res) =>
  handlers[req.url]().then(() => res.end('fine'), (error) => res.writeHead(500).end(error.stack)),
).listen(0, '127.0.0.1');
`;

for (const library of ['mysql2', 'mysql', 'mariadb']) {
  test(`a query of ${library} is explained`, async (t) => {
    const folder = project(t, { 'app.cjs': MYSQL });
    linkPackages(folder, library);
    const env = { DB: (await mariadb(t)).url, LIBRARY: library };
    const run = scooby(t, { command: ['app.cjs'], folder, env });
    t.equal((await run.ask('/setup')).body, 'fine');
    t.equal((await run.ask('/queries')).body, 'fine');
    const { id } = await run.trace('/queries');
    const plan = planOf(run, id, '1');
    t.match(plan, { asked: 'EXPLAIN', server: /^MariaDB \d/, remarks: [{ kind: 'scan', table: 'orders' }] });
    t.match(plan.remarks[0].text, /An index on orders \(k, status\) would find them/);
    t.match(plan.plan[0], /^id {2}select_type {2}table/);
    t.match(planOf(run, id, '1', '--analyze').plan[0], /r_rows/);
    t.match(planOf(run, id, '2'), { plan: [/^id/, /orders/] }, 'a write is planned');
    t.same(
      planOf(run, id, '3').remarks.map(({ kind }: { kind: string }) => kind),
      ['temporary', 'sort'],
    );
    if (library === 'mysql2') {
      const [scan] = planOf(run, id, '4', '--analyze').remarks;
      t.equal(
        scan.text,
        'All of o is read, 5,000 rows, for the 3 that fit. An index on orders (user_id) would find them. A guess: CREATE INDEX orders_user_id_status ON orders (user_id, status);',
        'counted before the sort and its LIMIT',
      );
    }
    const names = await statementsOf(run);
    t.same(
      names.filter((name) => /EXPLAIN|READ ONLY|ROLLBACK|VERSION/i.test(name)),
      [],
    );
  });
}

test('choice of the call', (t) => {
  const spans = [
    aSpan({ kind: 'cache', name: 'get a', duration: 99 }),
    aSpan({ kind: 'sql', library: 'pg', name: 'select 1', duration: 1 }),
    aSpan({ kind: 'sql', library: 'pg', name: 'select a from t where b = 1', duration: 5 }),
    aSpan({ kind: 'sql', library: 'pg', name: 'select a from t where b = 2', duration: 9 }),
  ];
  const trace = aTrace({ spans });
  const indexOf = (wanted?: string) => chooseCall(trace, wanted).index;
  t.equal(indexOf(), 3, 'the slowest query');
  t.equal(indexOf('2'), 1);
  t.equal(
    indexOf(fingerprint('select a from t where b = 3', 'pg').id.slice(0, 8)),
    3,
    'the slowest of a fingerprint',
  );
  t.throws(() => indexOf('5'), {
    message: /^The request has no call "5": it made 4\. See their numbers: {2}scooby show /,
  });
  t.throws(() => indexOf('0'), { message: /has no call "0"/ });
  t.throws(() => chooseCall(aTrace({ spans: spans.slice(0, 1) }), undefined), {
    message: 'This request made no query.',
  });
  t.end();
});
