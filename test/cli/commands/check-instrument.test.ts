/** `scooby check-instrument` on an instrument as it should be, and on those that an app would notice. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Test, test } from 'tap';
import { PROGRAM } from '../../scooby.js';

/** Grades and texts of a file, and the exit code. */
function check(t: Test, text: string, others: Record<string, string> = {}) {
  const folder = t.testdir();
  for (const [name, content] of Object.entries({ 'own.cjs': text, ...others })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const args = [PROGRAM, 'check-instrument', '--json', 'own.cjs'];
  const { stdout, status, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  if (stdout === '') throw new Error(stderr);
  const { results } = JSON.parse(stdout) as { results: { grade: string; text: string }[] };
  return { code: status, lines: results.map((result) => `${result.grade} ${result.text}`) };
}

const CLIENT = { 'node_modules/acme/index.js': 'exports.Client = class { query(text) { return [text]; } };' };
const withPatch = (patch: string, rest = '') => `
module.exports = ({ record, replace, call, begin, end }) => {
  const own = { apiVersion: 1, library: 'acme', kind: 'search', ${rest} files: { 'acme/index.js': ({ Client }) => { ${patch} } } };
  return own;
};`;

const WAYS = [
  'a result',
  'none',
  'an error that is thrown',
  'a promise',
  'a promise that fails',
  'a callback',
  'a callback with an error',
];

test('an instrument that the app does not notice', (t) => {
  for (const patch of [
    `record(own, Client.prototype, 'query', { callback: true })`,
    `replace(Client.prototype, 'query', (original) => function () { return call(own, original, this, arguments, { callback: true }); })`,
  ]) {
    const { code, lines } = check(t, withPatch(patch), CLIENT);
    t.same(lines, [
      'good acme *: recorded as search',
      'good acme/index.js is patched',
      ...WAYS.map((way) => `good query, with ${way}: the app sees the same`),
      'good prints nothing, adds no global, and lets the process end',
    ]);
    t.equal(code, 0);
  }
  t.end();
});

test('what the app would notice, by what it is', (t) => {
  const badOf = (text: string, others: Record<string, string> = CLIENT) => {
    const { code, lines } = check(t, text, others);
    t.equal(code, 1);
    return lines.filter((line) => line.startsWith('bad '));
  };
  t.same(badOf('throw new Error("half written")'), ['bad half written']);
  t.same(badOf(withPatch(`record(own, Client.prototype, 'search')`)), [
    'bad acme/index.js: search not found',
  ]);
  t.same(badOf(withPatch('')), ['bad replaces nothing by record() or replace(): nothing would be recorded']);
  const handled = `replace(Client.prototype, 'query', (original) => function () {
    const result = original.apply(this, arguments); result?.catch?.(() => {}); return result; })`;
  t.same(badOf(withPatch(handled)), [
    'bad query, with a promise that fails: an error that the app does not handle is hidden',
  ]);
  const careless = `replace(Client.prototype, 'query', (original) => async function (text) { return original(text); })`;
  t.same(badOf(withPatch(careless)).slice(0, 3), [
    'bad query, with a result: the original has another this',
    'bad query, with a result: the original has other arguments',
    'bad query, with a result: it is resolved object, not returned object',
  ]);
  const endless = `replace(Client.prototype, 'query', (original) => function () {
    begin(own, this, arguments); return original.apply(this, arguments); })`;
  t.same(
    badOf(withPatch(endless))[0],
    'bad query, with a result: its call never ends: callback: true, or end(call)',
  );
  const loud = `console.log('here I am'); globalThis.mine = 1; setInterval(() => {}, 100);`;
  t.same(badOf(loud + withPatch(`record(own, Client.prototype, 'query')`)), [
    "bad adds to the app's globals: mine",
    'bad prints: here I am',
    'bad keeps the process alive: unref() its timers and sockets',
  ]);
  t.match(badOf('process.exit(3)'), [/^bad it ended the process \(3\)/]);
  const stray = `setTimeout(() => { throw new Error('stray'); });`;
  t.same(badOf(stray + withPatch(`record(own, Client.prototype, 'query')`)), [
    'bad would end the app by an error of its own: stray',
  ]);
  t.end();
});

test('a library that is not installed, and a describe that does not know the arguments', (t) => {
  const describe = `describe: ({ args }) => ({ name: args[0].id.text }),`;
  const { code, lines } = check(t, withPatch(`record(own, Client.prototype, 'query')`, describe));
  t.equal(code, 0);
  t.same(lines.slice(0, 5), [
    'good acme *: recorded as search',
    'note acme/index.js is not installed here: tried on made-up exports',
    'good acme/index.js is patched',
    'good query, with a result: the app sees the same',
    "note query, with a result: describe failed: Cannot read properties of undefined (reading 'text')",
  ]);
  const plain = spawnSync(process.execPath, [PROGRAM, 'check-instrument', 'gone.cjs'], { encoding: 'utf8' });
  t.match(plain, { status: 2, stderr: /gone\.cjs is not there/ });
  t.end();
});
