import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { openStore } from '../../../src/store/open.js';
import { aSpan, aTrace } from '../../factory.js';
import { PROGRAM } from '../../scooby.js';

const STACK = [{ function: 'list', file: 'src/a.js', line: 3, column: 7, application: true }];

async function recorded(t: Test) {
  const folder = t.testdir({ 'package.json': '{"name": "shop"}' });
  const db = join(folder, 'db');
  const store = await openStore({ db, cwd: folder }, (message) => t.fail(message));
  const source = store.saveSource({ file: 'src/a.js', text: 'one\ntwo\nawait pool.query(sql);\n' });
  const slow = aTrace({
    ...{ url: '/slow', route: '/slow', spans: [aSpan({ stack: STACK })], sources: { 'src/a.js': source } },
    headers: { request: [['Cookie', 'REDACTED']] },
    findings: [
      {
        ...{ id: 'f', kind: 'slow', severity: 'high', message: 'It was slow.', spans: [0] },
        ...{ site: 'src/a.js:3', function: 'list', ms: 2, confidence: 1, reasons: [] },
      },
    ],
  });
  store.saveAll([slow, aTrace({ url: '/fine', route: '/fine', start: slow.start + 1 })]);
  await store.flushed();
  store.close();
  const scooby = (...args: string[]) =>
    spawnSync(process.execPath, [PROGRAM, ...args, '--db', db], { cwd: folder, encoding: 'utf8' });
  return { folder, slow, scooby };
}

test('a request in each format', async (t) => {
  const { slow, scooby } = await recorded(t);
  const json = scooby('export', '/slow', '--json');
  t.same([json.stderr, json.status], ['', 0]);
  const document = JSON.parse(json.stdout);
  t.match(document, { id: slow.id, sourceTexts: { 'src/a.js': /pool\.query/ } });
  t.same(document.headers.request, []);
  t.match(scooby('export', '/slow', '--markdown').stdout, '>    3 | await pool.query(sql);');
  t.match(JSON.parse(scooby('export', '/slow', '--har').stdout), {
    log: { entries: [{ request: { url: 'http://localhost/slow' }, _scooby: { trace: { id: slow.id } } }] },
  });
  t.match(JSON.parse(scooby('export', '/slow', '--otlp').stdout), {
    resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'GET /slow' }, { name: 'SELECT items' }] }] }],
  });
});

test('all that match a filter, into a file that is imported as it was', async (t) => {
  const { folder, slow, scooby } = await recorded(t);
  const { stdout, stderr, status } = scooby('export', '--filter', 'path:/', '--json', '-o', 'out.json');
  t.same([stdout, status], ['', 0]);
  t.match(stderr, /out\.json: 2 requests/);
  t.equal(readFileSync(join(folder, 'out.json'), 'utf8').trim().split('\n').length, 2);
  const shown = () => JSON.parse(scooby('show', slow.id, '--json').stdout);
  const { headers: _, ...before } = shown();
  t.equal(scooby('import', 'out.json').status, 0);
  const { headers: __, libraries, ...after } = shown();
  t.same(after, before);
  t.same(libraries, { pg: { dialect: 'pg' } }, 'nothing that would have its statements sent to a database');
});

test('what cannot be exported says why', async (t) => {
  const { scooby } = await recorded(t);
  t.match(scooby('export', '/slow'), { status: 2, stderr: /Say in which format: --json, --markdown, --har/ });
  t.match(scooby('export', '/slow', '--har', '--json'), { status: 2, stderr: /two formats/ });
  t.match(scooby('export', '--filter', 'n1', '--har'), { status: 1, stderr: /No stored request matches/ });
  t.match(scooby('export', '--filter', '(', '--har'), { status: 2, stderr: /The filter is invalid/ });
  t.match(scooby('export', '--filter', 'n1', '--collapsed'), { status: 2, stderr: /takes one request/ });
  t.match(scooby('export', '/slow', '--cpuprofile'), { status: 1, stderr: /no CPU profile.*scooby profile/ });
  t.match(scooby('export', '/none', '--har'), { status: 1 });
});
