import { join } from 'node:path';
import { type Test, test } from 'tap';
import { openStore } from '../../src/store/open.js';
import { aSpan, aTrace } from '../factory.js';
import { PROGRAM, until } from '../scooby.js';
import { PtyTerminal } from '../tui/pty.js';

const LONG_PATH = `/orders/${'x'.repeat(100)}`;

async function database(t: Test): Promise<string> {
  const db = join(t.testdir(), 'scooby.db');
  const store = await openStore({ db, cwd: '/' }, t.fail);
  store.saveAll([aTrace({ id: 'aaaaaaaa-1', url: LONG_PATH, spans: [aSpan(), aSpan()] })]);
  store.close();
  return db;
}

/** Output of a command on a terminal of 80 columns, without colours. */
async function printed(locale: string, ...args: string[]): Promise<string> {
  const env = { LANG: locale, NO_COLOR: '1' };
  const terminal = new PtyTerminal([PROGRAM, ...args], 80, 24, env);
  await until(() => terminal.exit && terminal.raw.endsWith('\n'), 'the end of the command');
  await terminal.close();
  return terminal.raw;
}

test('in a C locale every command draws with ASCII; in a UTF-8 locale it does not', async (t) => {
  const db = await database(t);
  const row = (text: string) => text.split('\n').find((line) => line.includes('/orders'));
  t.match(row(await printed('C', 'list', '--db', db)), /\/orders\/x+\.\.\.x+ +200 /);
  t.match(row(await printed('en_US.UTF-8', 'list', '--db', db)), /\/orders\/x+…x+ +200 /);
  t.match(await printed('C', 'doctor', '--db', db), /^\+ Config /m);
  t.match(await printed('en_US.UTF-8', 'doctor', '--db', db), /^✓ Config /m);
  t.match(await printed('C', 'show', 'last', '--db', db), /^ +2x sql /m);
  for (const args of [
    ['top'],
    ['list', '--by', 'route'],
    ['diff', 'last', 'last'],
    ['show', 'last', '--waterfall'],
  ])
    t.match(await printed('C', ...args, '--db', db), /^[\r\n -~]*$/, args.join(' '));
});

test('JSON and SQL keep their characters in a C locale', async (t) => {
  const db = join(t.testdir(), 'scooby.db');
  const store = await openStore({ db, cwd: '/' }, t.fail);
  store.saveAll([aTrace({ url: '/a→b', spans: [aSpan({ name: "SELECT '→'", detail: {} })] })]);
  store.close();
  t.match(await printed('C', 'list', '--json', '--db', db), '"url":"/a→b"');
  t.match(await printed('C', 'show', 'last', '--sql', '--db', db), "SELECT '→';");
});
