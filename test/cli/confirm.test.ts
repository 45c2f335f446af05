/** The question before something is changed, on a terminal; in a pipe: test/cli/commands/clean.test.ts. */

import { join } from 'node:path';
import { type Test, test } from 'tap';
import { openStore } from '../../src/store/open.js';
import { aTrace } from '../factory.js';
import { PROGRAM } from '../scooby.js';
import { PtyTerminal } from '../tui/pty.js';

async function cleaned(t: Test, answer: string): Promise<[exitCode: number | undefined, left: number]> {
  const db = join(t.testdir(), 'scooby.db');
  const store = await openStore(
    { db, cwd: '/', run: { key: 'run 1', command: 'node app.js', start: Date.now() } },
    t.fail,
  );
  store.saveAll([aTrace({ id: 'aaaaaaaa-1' })]);
  store.close();
  const terminal = new PtyTerminal([PROGRAM, 'clean', '--run', 'last', '--db', db], 200, 24);
  await terminal.until(() => /remove 1 request of 1 run from .*\? y\/N $/.test(terminal.raw), 'the question');
  terminal.pty.write(`${answer}\r`);
  await terminal.until(() => terminal.exit !== undefined, 'the end');
  await terminal.close();
  const reader = await openStore({ db, cwd: '/', readonly: true }, t.fail);
  const { length } = await reader.recent({ query: [] }, 10);
  reader.close();
  return [terminal.exit?.exitCode, length];
}

test('yes removes, anything else does not', async (t) => {
  t.same(await cleaned(t, 'y'), [0, 0]);
  t.same(await cleaned(t, 'Yes'), [0, 0]);
  t.same(await cleaned(t, ''), [1, 1]);
  t.same(await cleaned(t, 'yellow'), [1, 1]);
});
