/** What is in the folder of a killed launcher is for the store, whatever else is there. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type Test, test } from 'tap';
import { readRecordedRun, writeRecordedRun } from '../../src/collector/recorded-run.js';
import { recoverAndRemove } from '../../src/collector/recover-run.js';
import { openStore } from '../../src/store/open.js';

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
// After the app's files were written: their text is that of the running app.
const START = Date.now() + 60_000;
const HELLO = { t: 'hello', pid: 7, ppid: 1, thread: 0, command: 'node a.js', cwd: '/', node: 'v20' };

function lines(...all: unknown[]): string {
  return all.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
}

const started = (n: number) => ({
  start: { id: id(n), method: 'GET', url: `/${n}`, start: START, headers: [], marked: false },
});
const ended = (n: number) => ({ end: { id: id(n), duration: 9, status: 200, headers: [], reached: true } });
const span = (n: number, name: string) => ({
  ...{ t: 'span', id: id(n), n: n * 10, kind: 'sql', library: 'pg', name, at: 1000, duration: 500, stack: 1 },
});
const closed = (n: number) => ({ t: 'close', id: id(n), at: 2000, status: 200 });
const opened = (n: number) => ({ t: 'open', id: id(n), at: 1000, method: 'GET', url: `/${n}` });

function aRun(t: Test, files: Record<string, string>) {
  const base = t.testdir();
  const [folder, project] = ['run', 'project'].map((name) => join(base, name)) as [string, string];
  for (const path of [folder, project]) mkdirSync(path);
  writeFileSync(join(project, 'app.js'), 'find();\n');
  const database = join(base, 'scooby.db');
  writeRecordedRun(folder, {
    ...{ project, agent: '/agent.cjs', reports: 'requests', store: { db: database, cwd: project } },
    run: { key: 'killed', start: START, command: 'node a.js' },
  });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const stored = async () => {
    const store = await openStore({ db: database, cwd: project, readonly: true }, () => {});
    const summaries = await store.recent({}, 100);
    const traces = await Promise.all(summaries.map(async ({ id }) => (await store.find(id))!));
    const runs = (await store.runs(9)).map(({ command, requests }) => [command, requests]);
    store.close();
    return { runs, traces: traces.sort((a, b) => (a.url < b.url ? -1 : 1)) };
  };
  return { folder, project, database, stored, facts: readRecordedRun(folder)! };
}

const FRAMES = (project: string) => [
  { t: 'frames', frames: [[1, 'find', `${project}/app.js`, 1, 1]] },
  { t: 'stack', n: 1, frames: [1] },
];

test('requests of the proxy and direct ones, over parts of which the first is read, with their lines', async (t) => {
  const run = aRun(t, {
    'exchanges.journal': lines(started(1), started(2), ended(1), started(4)),
    '7-0-3.lines': lines(span(1, 'select 1'), closed(1), { t: 'next' }),
    '7-0-4.lines': lines(opened(3), span(3, 'select 3'), span(2, 'select 2'), closed(3), closed(4)),
  });
  const learned = [{ ...HELLO, origin: START }, ...FRAMES(run.project)];
  writeFileSync(join(run.folder, '7-0.learned'), lines(...learned));
  const { folder, facts } = run;
  t.equal(
    await recoverAndRemove({ folder, facts, agent: '/agent.cjs' }),
    '4 requests of a run that was killed are now stored',
  );
  const { traces, runs } = await run.stored();
  t.same(
    traces.map(({ url, status, duration, notes, spans }) => [
      ...[url, status, duration, notes?.length],
      spans.map(({ name, site }) => [name, site]),
    ]),
    [
      ['/1', 200, 9, undefined, [['select 1', 'app.js:1']]],
      ['/2', undefined, undefined, 1, [['select 2', 'app.js:1']]],
      ['/3', 200, 1, undefined, [['select 3', 'app.js:1']]],
      ['/4', 200, 2, undefined, []],
    ],
  );
  t.same(runs, [['node a.js', 4]], 'in the run that they were of');
  t.notOk(existsSync(folder));
});

test('what the store has already stays as it is', async (t) => {
  const first = lines(opened(1), span(1, 'select 1'), closed(1));
  const run = aRun(t, { '7-0-1.lines': lines({ ...HELLO, origin: START }) + first });
  const { folder, facts } = run;
  await recoverAndRemove({ folder, facts, agent: '/agent.cjs' });
  mkdirSync(folder);
  writeFileSync(join(folder, '7-0-2.lines'), lines(opened(1), closed(1)));
  writeFileSync(join(folder, '7-0.learned'), lines({ ...HELLO, origin: START }));
  writeFileSync(join(folder, 'exchanges.journal'), lines(started(1), ended(1)));
  t.equal(await recoverAndRemove({ folder, facts, agent: '/agent.cjs' }), '');
  t.same(
    (await run.stored()).traces.map(({ spans }) => spans.map(({ name }) => name)),
    [['select 1']],
  );
});

test('hostile files cost themselves: pipes, links, folders, half and foreign lines, other ids', async (t) => {
  const run = aRun(t, {
    'exchanges.journal': lines(started(1), '{"start":', ended(1)),
    '7-0-1.lines': lines(
      { ...HELLO, origin: START },
      'nonsense',
      '{"t":"span","n":"x"}',
      span(1, 'select 1'),
      closed(1),
    ),
    '8-0-1.lines': lines({ ...HELLO, pid: 8, origin: 'never' }, opened(2)),
    '9-0-1.lines': lines({ ...HELLO, pid: 7, origin: START }, opened(3)),
    '10-0-1.lines': '',
    '11-0-1.lines': `${lines({ ...HELLO, pid: 11, origin: START })}{"t":"open","id":"half`,
  });
  const { folder, facts } = run;
  const at = (name: string) => join(folder, name);
  spawnSync('mkfifo', [at('12-0-1.lines'), at('7-0.learned'), at('13-0.learned')]);
  symlinkSync('/etc/passwd', at('14-0-1.lines'));
  symlinkSync('/dev/zero', at('15-0-1.lines'));
  mkdirSync(at('16-0-1.lines'));
  symlinkSync(run.project, at('project'));
  t.equal(
    await recoverAndRemove({ folder, facts, agent: '/agent.cjs' }),
    '1 request of a run that was killed is now stored; 7 records of it could not be read',
  );
  t.same(
    (await run.stored()).traces.map(({ url }) => url),
    ['/1'],
  );
  t.same([existsSync(folder), existsSync(join(run.project, 'app.js'))], [false, true]);
});

test('facts of a run that are missing, spoilt or a pipe are none', (t) => {
  const { folder } = aRun(t, {});
  const path = join(folder, 'recorded-run.json');
  for (const text of ['', '{', '[]', '{"database":1}', '{"database":"a","project":"b","run":{"key":"k"}}']) {
    writeFileSync(path, text);
    t.equal(readRecordedRun(folder), undefined, text);
  }
  spawnSync('rm', [path]);
  t.equal(readRecordedRun(folder), undefined);
  spawnSync('mkfifo', [path]);
  t.equal(readRecordedRun(folder), undefined);
  t.end();
});

test('while the store cannot be written the folder stays, for a later start', async (t) => {
  const { folder, facts, database } = aRun(t, { 'exchanges.journal': lines(started(1), ended(1)) });
  mkdirSync(database);
  const message = await recoverAndRemove({ folder, facts, agent: '/agent.cjs' });
  t.match(message, /^requests of a run that was killed are not stored yet: /);
  t.ok(existsSync(folder));
  t.throws(() => new Sqlite(database));
});
