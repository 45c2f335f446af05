import { spawnSync } from 'node:child_process';
import { test } from 'tap';
import { statusLines } from '../../../src/cli/commands/status.js';
import type { NearbyRun } from '../../../src/cli/nearby.js';
import { plainStyle } from '../../../src/terminal/style.js';
import { PROGRAM, scooby, until } from '../../scooby.js';

const APP = `require('node:http').createServer((req, res) => res.end('ok')).listen(0);`;

test('status of a run that goes on: its project, pid, URL, recording and requests', async (t) => {
  const run = scooby(t, { command: ['app.cjs'], files: { 'app.cjs': APP } });
  const url = await run.url();
  await run.ask('/one');
  await run.ask('/two');
  await run.lines(2);
  const status = () => {
    const args = [PROGRAM, 'status', '--json', '--db', run.database];
    return JSON.parse(spawnSync(process.execPath, args, { cwd: run.folder, encoding: 'utf8' }).stdout);
  };
  const expected = { project: run.folder, pid: run.child.pid, url, record: 'all', requests: 2, behind: 0 };
  const { runs, stores } = status();
  const [mine] = runs.filter(({ pid }: { pid: number }) => pid === run.child.pid);
  t.match(mine, { ...expected, app: 'listening', database: run.database });
  t.match(stores, [{ database: run.database, requests: 2 }]);
  await run.stop();
  await until(
    () => status().runs.every(({ pid }: { pid: number }) => pid !== run.child.pid),
    'the run to be gone from the status',
  );
});

test('the report as text', (t) => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  const format = { width: 120, style: plainStyle, now };
  const run: NearbyRun = {
    id: 'a',
    pid: 41,
    url: 'http://localhost:4000',
    command: ['node', 'app.js'],
    project: '/repo',
    started: now - 65_000,
    database: '/db',
  };
  const status = {
    run,
    record: 'off',
    app: 'listening',
    processes: [],
    libraries: [],
    behind: 1200,
  } as const;
  const stores = [
    { project: '/repo/api', database: '/x', requests: 1234, newest: now - 7_200_000 },
    { project: '/repo', database: '/db', requests: 0 },
  ];
  t.same(
    statusLines(
      [
        { run, status: { ...status, processes: [], libraries: [] }, requests: 12 },
        { run: { ...run, pid: 7, project: '/repo/api' } },
      ],
      stores,
      '/repo/api',
      format,
    ).map((line) => line.trimEnd()),
    [
      'PROJECT  PID  URL                    SINCE  APP              RECORDING  REQUESTS  BEHIND  COMMAND',
      '..        41  http://localhost:4000     1m  listening        off              12   1,200  node app.js',
      '.          7  http://localhost:4000     1m  does not answer                    0          node app.js',
      '',
      'STORE OF  REQUESTS  LAST RUN',
      '.            1,234        2h',
      '..               0',
    ],
  );
  t.same(statusLines([], [], '/repo', format), [
    'Nothing runs under scooby. Start an app:  scooby run -- node app.js',
    '',
    '0 requests stored for this folder.',
  ]);
  t.end();
});
