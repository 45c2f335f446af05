import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import type { Finding } from '../../../src/domain/trace.js';
import { samplesOf } from '../../../src/insight/metrics/samples.js';
import { openStore } from '../../../src/store/open.js';
import { aSpan, aTrace } from '../../factory.js';
import { PROGRAM, project } from '../../scooby.js';

const SECRET = 'Bearer abcdefgh12345678';

function finding(id: string, more: Partial<Finding> = {}): Finding {
  return {
    ...{ id, kind: 'n+1', severity: 'high', message: `message of ${id}`, site: 'src/orders.js:2' },
    ...{ spans: [], ms: 4, confidence: 1, reasons: [] },
    ...more,
  };
}

/** A database with two runs: f1 and f2, then f2 and f3. */
async function stored(t: Test): Promise<string> {
  const db = join(t.testdir(), 'scooby.db');
  for (const [n, ids] of [
    ['f1', 'f2'],
    ['f2', 'f3'],
  ].entries()) {
    const run = { key: `run ${n}`, start: 1000 + n, command: `node app${n}.js` };
    const store = await openStore({ db, cwd: '/', run, samplesOf }, t.fail);
    const hash = store.saveSource({ file: 'src/orders.js', text: `line one\nthe line of run ${n}\n` });
    const findings = [
      ...ids.map((id) => finding(id)),
      finding('t', { kind: 'thrown', severity: 'low', message: `Error: ${SECRET}` }),
    ];
    store.saveAll([aTrace({ spans: [aSpan()], findings, sources: { 'src/orders.js': hash } })]);
    store.close();
  }
  return db;
}

function report(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, 'report', ...args], {
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}

test('a file that was imported since is not the last run; its number is a report of it', async (t) => {
  const db = await stored(t);
  const run = { key: 'import', start: 5000, command: 'scooby import slow.json' };
  const store = await openStore({ db, cwd: '/', run, samplesOf }, t.fail);
  store.saveAll([aTrace({ url: '/imported' })]);
  store.close();
  t.match(report('--db', db).out, /^## scooby: `node app1\.js`\n\nrun 2, /);
  t.match(report('--run', '3', '--db', db).out, /^## scooby: `scooby import slow\.json`\n\nrun 3, /);
  t.match(report('--run', 'previous', '--db', db).out, /^## scooby: `node app0\.js`\n\nrun 1, /);
});

test('the last run on stdout, as Markdown; a file is what it is called', async (t) => {
  const db = await stored(t);
  const { code, out } = report('--db', db);
  t.equal(code, 0);
  t.match(out, /^## scooby: `node app1\.js`\n\nrun 2, 1970-01-01T00:00:01\.001Z · requests 1 · /);
  t.match(out, '>    2 | the line of run 1');
  t.notOk(out.includes(SECRET), 'secrets are masked');
  const file = join(t.testdirName, 'report.html');
  t.match(report('--run', '1', '-o', file, '--db', db), {
    code: 0,
    out: '',
    err: `${file}: run 1, 3 findings\n`,
  });
  const html = readFileSync(file, 'utf8');
  t.match(html, /<h1><code>node app0\.js<\/code><\/h1>/);
  t.match(html, /the line of run 0/);
  t.notOk(html.includes(SECRET));
  t.match(report('--format', 'html', '--db', db).out, /^<!doctype html>/);
});

test('against another run', async (t) => {
  const { out } = report('--against', 'previous', '--db', await stored(t));
  t.match(out, /### Against run 1: node app0\.js/);
  t.match(
    out,
    /- \*\*new\*\* N\+1 `src\/orders\.js:2`: message of f3\n- \*\*gone\*\* N\+1 `src\/orders\.js:2`: message of f1\n- 2 findings stay/,
  );
  t.match(out, /most in `[\da-f]{8}`, \*\*new\*\*\n\nmessage of f3/);
});

test('against a baseline', async (t) => {
  const db = await stored(t);
  const file = join(t.testdirName, 'scooby.baseline.json');
  const accepted = ['f2', 'f9', 't'].map((id) => ({
    id,
    rule: 'finding',
    kind: 'n+1',
    route: 'GET /orders',
    message: `known ${id}`,
  }));
  writeFileSync(file, JSON.stringify({ version: 1, accepted }));
  const { out } = report('--against', file, '--db', db);
  t.match(out, /### Against scooby\\?\.baseline\\?\.json/);
  t.match(
    out,
    /- \*\*new\*\* N\+1 `GET \/orders` `src\/orders\.js:2`: message of f3\n- \*\*gone\*\* N\+1 `GET \/orders`: known f9\n- 2 findings stay/,
  );
});

test('mistakes', async (t) => {
  const db = await stored(t);
  t.match(report('--run', '7', '--db', db), { code: 1, err: /^scooby: There is no run 7/ });
  t.match(report('--against', 'last', '--db', db), { code: 1, err: /A run is compared with another one/ });
  t.match(report('--against', 'none.json', '--db', db), { code: 1, err: /There is no file none\.json/ });
  t.match(report('-o', '/nowhere/at/all.md', '--db', db), { code: 1, err: /cannot be written/ });
});

test('check writes one of its requests, against its baseline', (t) => {
  const script = `
const http = require('node:http');
const server = http.createServer((req, res) => res.end('ok')).listen(0, () =>
  http.get({ port: server.address().port, path: '/checked' }, (res) => res.resume().on('end', () => server.close())));
`;
  const folder = project(t, { 'test.cjs': script, 'scooby.baseline.json': '{"version":1,"accepted":[]}' });
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      PROGRAM,
      'check',
      '--report',
      'report.md',
      '--db',
      join(folder, 's.db'),
      '--',
      process.execPath,
      'test.cjs',
    ],
    { cwd: folder, encoding: 'utf8' },
  );
  t.equal(status, 0, stderr);
  t.match(stderr, /report\.md: run 1, 0 findings\n/);
  const text = readFileSync(join(folder, 'report.md'), 'utf8');
  t.match(text, /### Against scooby/);
  t.match(text, /`GET \/checked` \| 1 \|/);
  t.end();
});
