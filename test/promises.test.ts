/** What README.md and docs promise: each promise stands there to the word, and has its test; some of them are here. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { test } from 'tap';
import { ROOT, scooby } from './scooby.js';

const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const promises = textOf('test/promises.tsv')
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\t') as [document: string, words: string, test: string, title: string]);

test('what is listed as a promise stands in its document, and its test is there', (t) => {
  const oneLine = (text: string) => text.replace(/\s+/g, ' ');
  const wrong = promises.filter(
    ([document, words, file, title]) =>
      !oneLine(textOf(document)).includes(words) || !textOf(`test/${file}`).includes(`test(${title}`),
  );
  t.same(wrong, []);
  t.ok(promises.length > 60);
  t.end();
});

test('bodies are not recorded', async (t) => {
  const app = `require('node:http').createServer((req, res) => {
    let body = '';
    req.on('data', (part) => (body += part)).on('end', () => res.end('the answer is ANSWER-CANARY to ' + body));
  }).listen(0, '127.0.0.1');`;
  const run = scooby(t, { command: ['app.cjs'], files: { 'app.cjs': app } });
  const { body } = await run.ask('/a', { method: 'POST', body: 'BODY-CANARY' });
  t.equal(body, 'the answer is ANSWER-CANARY to BODY-CANARY');
  const trace = await run.trace('/a');
  t.notMatch(JSON.stringify(trace), 'CANARY');
  await run.stop();
  const db = new Sqlite(join(run.folder, 'state/scooby.db'), { readonly: true });
  t.teardown(() => db.close());
  t.equal(db.prepare('select count(*) as n from traces').pluck().get(), 1);
  const folder = join(run.folder, 'state');
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true }))
    if (name.isFile())
      t.notOk(readFileSync(join(name.parentPath, name.name)).includes('BODY-CANARY'), name.name);
});

test('scooby changes nothing in your app: no import, no file', async (t) => {
  const files = {
    'app.cjs': `require('./lib.cjs').listen(0, '127.0.0.1');`,
    'lib.cjs': `module.exports = require('node:http').createServer((req, res) => res.end(__filename));`,
    'package.json': '{ "name": "shop", "dependencies": {} }',
  };
  const state = t.testdir({});
  const run = scooby(t, { command: ['app.cjs'], files, env: { SCOOBY_DB: join(state, 'scooby.db') } });
  t.equal((await run.ask('/a')).body, join(run.folder, 'lib.cjs'));
  await run.trace('/a');
  await run.stop();
  t.same(readdirSync(run.folder).sort(), ['app.cjs', 'lib.cjs', 'node_modules', 'package.json']);
  for (const [name, text] of Object.entries(files)) t.equal(textAt(run.folder, name), text);
});

const textAt = (folder: string, name: string) => readFileSync(join(folder, name), 'utf8');

test('bytes are recorded as the first 32 in hexadecimal', async (t) => {
  const app = `const Sqlite = require(${JSON.stringify(join(ROOT, 'node_modules/better-sqlite3'))});
    const db = new Sqlite(':memory:');
    require('node:http').createServer((req, res) => {
      db.prepare('select length(?) as n').get(Buffer.alloc(100, 0xab));
      res.end();
    }).listen(0, '127.0.0.1');`;
  const run = scooby(t, { command: ['app.cjs'], files: { 'app.cjs': app } });
  await run.ask('/a');
  const { spans } = await run.trace('/a', (trace) => trace.spans[0]);
  t.match(JSON.stringify(spans[0]!.detail), 'ab'.repeat(32));
  t.notMatch(JSON.stringify(spans[0]!.detail), 'ab'.repeat(33));
});

test('the first mark decides, and only its bytes are one', async (t) => {
  const app = `require('node:http').createServer((req, res) => res.end(req.url)).listen(0, '127.0.0.1');`;
  const run = scooby(t, {
    command: ['app.cjs'],
    files: { 'app.cjs': app },
    options: ['--record', 'marked'],
  });
  const wanted: [path: string, headers: Record<string, string>, isRecorded: boolean][] = [
    ['/header-over-parameter?__scooby=1', { 'X-Scooby-Record': '0' }, false],
    ['/parameter-over-cookie?__scooby=0', { cookie: 'scooby=1' }, false],
    ['/parameter-alone?__scooby=1', { cookie: 'scooby=0' }, true],
    ['/first-of-two?__scooby=1&__scooby=0', {}, true],
    ['/first-of-two-off?__scooby=0&__scooby=1', {}, false],
    ['/escaped?__scoob%79=1', {}, false],
    ['/another-value?__scooby=yes', {}, false],
    ['/longer?__scooby_x=1', {}, false],
    ['/another-cookie', { cookie: 'scooby1=1; xscooby=1' }, false],
    ['/last', { 'X-Scooby-Record': '1' }, true],
  ];
  for (const [path, headers] of wanted) t.equal((await run.ask(path, { headers })).status, 200);
  await run.trace('/last');
  const recorded = (await run.traces()).map(({ url }) => url.replace(/\?.*/, ''));
  t.same(recorded.sort(), wanted.flatMap(([path, , is]) => (is ? path.replace(/\?.*/, '') : [])).sort());
});
