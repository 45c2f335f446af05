/**
 * Every form of a pg call on a PostgreSQL server: its spans, and the same results as without
 * scooby.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { test } from 'tap';
import { type Span, spansOfKind } from '../../../src/domain/trace.js';
import { nodes, scoobyFor } from '../../nodes.js';
import { ask, bothWays, plainly, ROOT, scooby, until } from '../../scooby.js';
import { postgres } from '../../servers/index.js';

const APP = readFileSync(join(ROOT, 'test/fixtures/forms/pg-app.cjs'), 'utf8');

type Expected = [
  name: string,
  params?: unknown[] | undefined,
  rows?: number | undefined,
  more?: Partial<Span>,
];

// Values are serialized six levels deep.
let CIRCULAR: unknown = '<Object>';
for (let n = 0; n < 6; n++) CIRCULAR = { toPostgres: '<function>', self: CIRCULAR };
const CUT = `${'x'.repeat(8192)}… (10000000 characters)`;
const AWKWARD =
  'select $1::int, $2::bigint, $3::int, $4::int, $5::bytea, $6::timestamptz, length($7), $8::int';

/** Expected spans by path. */
const SPANS: Record<string, Expected[]> = {
  text: [['select 1 as a', undefined, 1]],
  values: [['select $1::int as a', [7], 1]],
  config: [['select $1::text as a', ['x'], 1]],
  'config-values': [['select $1::text as a', ['y'], 1]],
  named: [
    ['select $1::int as a', [1], 1],
    ['select $1::int as a', [2], 1],
  ],
  array: [['select 1, 2', undefined, 1]],
  callback: [['select 1 as a', undefined, 1]],
  'callback-values': [['select $1::int as a', [3], 1]],
  'callback-returns': [['select 1', undefined, 1]],
  client: [['select $1::int as a', [4], 1]],
  'client-callback': [['select 5 as a', undefined, 1]],
  own: [['select 6 as a', undefined, 1]],
  error: [
    ['select * from nowhere', undefined, undefined, { error: '42P01: relation "nowhere" does not exist' }],
  ],
  'error-callback': [['select 1/0', undefined, undefined, { error: '22012: division by zero' }]],
  several: [['select 1 as a; select 2 as a union select 3', undefined, 3]],
  counts: [
    ['create table if not exists counted (n int)'],
    ['truncate counted'],
    ['insert into counted select generate_series(1, 3)', undefined, 3],
    ['update counted set n = n + 1 where n > 1', undefined, 2],
  ],
  transaction: [['begin'], ['select 8 as a', undefined, 1], ['rollback']],
  exhausted: [['select 9', undefined, undefined, { error: 'timeout exceeded when trying to connect' }]],
  'exhausted-connect': [
    ['connect', undefined, undefined, { error: 'timeout exceeded when trying to connect' }],
  ],
  waits: [['select 10 as a', undefined, 1]],
  ended: [['select 1', undefined, undefined, { error: 'Cannot use a pool after calling end on the pool' }]],
  promise: [['select 11 as a', undefined, 1]],
  awkward: [
    [
      AWKWARD,
      [
        CIRCULAR,
        '12',
        { toPostgres: '<function>', trap: '<getter>' },
        '<Proxy>',
        '<2 bytes 6869>',
        '1970-01-01T00:00:00.000Z',
        CUT,
        null,
      ],
      1,
    ],
  ],
  secret: [
    ['create table if not exists people (name text, password text)'],
    ['insert into people (name, password) values ($1, $2)', ['ann', 'REDACTED'], 1],
    ['select name from people where password = $1 limit 1', ['REDACTED'], 1],
  ],
  floating: [['select 13', undefined, 1]],
};

const drivers = ['pg', 'pg-8.0'];
const everyNode = await nodes();
const matrix = everyNode.flatMap((node) => drivers.map((driver) => ({ node, driver })));

for (const { node, driver } of matrix) {
  // The oldest version of pg runs on a single Node.
  if (driver !== 'pg' && node !== everyNode[0]) continue;
  test(`every form of ${driver} on Node ${node.version}`, async (t) => {
    const env = { PG: (await postgres(t)).url, DRIVER: driver };
    const launch = {
      files: { 'app.cjs': APP },
      command: ['app.cjs'],
      env,
      node: node.path,
      program: await scoobyFor(t, node),
    };
    const plain = plainly(t, launch);
    const without = `http://127.0.0.1:${(await plain.said(/^own (\d+)$/m))[1]}`;
    const run = scooby(t, launch);
    for (const [path, expected] of Object.entries(SPANS)) {
      const told = (await ask(`${without}/${path}`)).body;
      t.equal((await run.ask(`/${path}`)).body, told, `${path}: the app sees the same`);
      const trace = await run.trace(`/${path}`, (one) => spansOfKind(one, 'sql').length >= expected.length);
      const spans = spansOfKind(trace, 'sql');
      t.same(
        spans.map(({ name, detail, rows, error }) => [name, detail?.params, rows, error]),
        expected.map(([name, params, rows, more]) => [name, params, rows, more?.error]),
        `${path}: spans`,
      );
      t.same(
        spans.map(({ site }) => site),
        linesOf(path).map((line) => `app.cjs:${line}`),
        `${path}: lines`,
      );
      if (path === 'transaction') {
        t.equal(new Set(spans.map(({ detail }) => detail?.connection)).size, 1, 'one connection');
        t.type(spans[0]!.detail?.connection, 'number');
      }
      if (path === 'waits') t.ok(spans[0]!.wait! >= 20, `waited ${spans[0]!.wait}`);
      if (path === 'named')
        t.same(
          spans.map(({ detail }) => detail?.prepared),
          ['by-id', 'by-id'],
        );
    }
    for (const path of ['misuse', 'null']) {
      t.equal((await run.ask(`/${path}`)).body, (await ask(`${without}/${path}`)).body, path);
    }
    t.equal((await run.stop()).stdout.replace(/\d+/, ''), (await plain.stop()).stdout.replace(/\d+/, ''));
    t.notMatch(run.stderr, /scooby:/);
  });
}

/** Lines of a path's spans, from the comments of the fixture. */
function linesOf(path: string): number[] {
  const lines = APP.split('\n');
  const first = lines.findIndex((line) => new RegExp(`^  '?${path}'?: `).test(line));
  const found: number[] = [];
  for (let n = first; n === first || !/^ {2}\S+: |^};/.test(lines[n]!); n++) {
    const [, marks] = / \/\/ ([\d ]+)$/.exec(lines[n]!) ?? [];
    for (const _ of marks?.split(' ') ?? []) found.push(n + 1);
  }
  return found;
}

test('queries outside any request are counted and shown', async (t) => {
  const app = `
const { Pool } = require('pg');
const pool = new Pool({ connectionString: process.env.PG });
require('node:http').createServer((req, res) => res.end()).listen(0, '127.0.0.1', async () => {
  await pool.query('select 1 as started');
  await pool.query('select 2 as started');
  console.log('started');
});
`;
  const env = { PG: (await postgres(t)).url };
  const run = scooby(t, { files: { 'app.cjs': app }, command: ['app.cjs'], env });
  await run.said(/^started$/m);
  const trace = await run.trace('outside requests', ({ spans }) => spans.length === 2);
  t.match(trace, { outside: true, state: 'done', totals: { sql: { count: 2 } } });
  t.same(
    trace.spans.map(({ name, site }) => [name, site]),
    [
      ['select 1 as started', 'app.cjs:5'],
      ['select 2 as started', 'app.cjs:6'],
    ],
  );
  t.match(run.cli('list').stdout, /^outside requests: 2 sql \S+ {3}scooby show [0-9a-f]{8}$/m);
});

test('a failing query without a handler ends the process with the same message', async (t) => {
  const app = `
const { Client } = require('pg');
const client = new Client({ connectionString: process.env.PG });
client.connect().then(() => { client.query('select * from nowhere'); });
`;
  const env = { PG: (await postgres(t)).url };
  const ways = await bothWays(t, { files: { 'app.cjs': app }, command: ['app.cjs'], env });
  t.match(ways.without, { code: 1, stderr: /relation "nowhere" does not exist/ });
  const agentLines = /^.*agent\.cjs:.*\n/gm;
  t.equal(ways.with.stderr.replace(agentLines, ''), ways.without.stderr);
  t.equal(ways.with.code, 1);
});

test('a call that waits for a connection is shown as running', async (t) => {
  const app = `
const { Pool } = require('pg');
const pool = new Pool({ connectionString: process.env.PG, max: 1 });
require('node:http').createServer(async (req, res) => {
  await pool.connect();
  await pool.connect();
}).listen(0, '127.0.0.1');
`;
  const env = { PG: (await postgres(t)).url };
  const run = scooby(t, { files: { 'app.cjs': app }, command: ['app.cjs'], env });
  const url = await run.url();
  const hanging = request(`${url}/hangs`, { agent: false }).on('error', () => {});
  hanging.end();
  const folder = await until(() => runFolderOf(run.child.pid!), 'the app');
  await until(() => /"name":"connect"/.test(linesIn(folder)), 'the waiting call');
  hanging.destroy();
  const trace = await run.trace('/hangs', ({ spans }) => spans.length > 0);
  t.equal(trace.aborted, true);
  t.match(trace.spans.at(-1), { name: 'connect', duration: undefined, site: 'app.cjs:6' });
});

function runFolderOf(launcher: number): string | undefined {
  const [child] = readFileSync(`/proc/${launcher}/task/${launcher}/children`, 'utf8').split(' ');
  const env = child && readFileSync(`/proc/${child}/environ`, 'utf8');
  return env ? /SCOOBY_RUN=([^\0]+)/.exec(env)?.[1] : undefined;
}

function linesIn(folder: string): string {
  const files = readdirSync(folder).filter((name) => name.endsWith('.lines'));
  return files.map((name) => readFileSync(join(folder, name), 'utf8')).join('');
}
