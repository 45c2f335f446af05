/** Closed pipes, closed terminals and full devices: neither the app nor the proxy notices. */

import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { isProcessAlive } from '../../src/control/process-alive.js';
import { ask, PROGRAM, project, scooby, until } from '../scooby.js';
import { PtyTerminal } from '../tui/pty.js';

const APP = `
const { appendFileSync } = require('node:fs');
for (const signal of ['SIGHUP', 'SIGTERM']) process.on(signal, () => {
  appendFileSync('signals', signal + ' ');
  process.exit(5);
});
require('node:http').createServer((req, res) => res.end('hello')).listen(0, '127.0.0.1', () => {
  appendFileSync('pid', String(process.pid));
});
`;

for (const options of [[], ['--quiet']]) {
  test(`scooby run ${options.join(' ')} 2>&1 | head: the reader leaves, the proxy serves on`, async (t) => {
    const run = scooby(t, { files: { 'app.cjs': APP }, options, command: ['app.cjs'] });
    const url = await run.url();
    run.child.stderr!.destroy();
    run.child.stdout!.destroy();
    for (let n = 0; n < 3; n++) t.equal((await ask(`${url}/${n}`)).body, 'hello');
    await run.trace('/2');
    t.equal((await ask(`${url}/after`)).body, 'hello');
    t.match(await run.stop(), { code: 5, signal: null });
    t.equal(readFileSync(join(run.folder, 'signals'), 'utf8'), 'SIGTERM ', 'the app was ended in order');
  });
}

test('a full output device is told in a sentence', async (t) => {
  const run = scooby(t, { files: { 'app.cjs': APP }, command: ['app.cjs'] });
  await run.ask('/');
  await run.trace('/');
  const full = openSync('/dev/full', 'w');
  const commands = [['list'], ['list', '--json'], ['show', 'last'], ['--help'], ['doctor']];
  for (const args of commands) {
    const { status, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
      cwd: run.folder,
      env: run.env,
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    t.same(
      [status, stderr],
      [1, 'scooby: the output cannot be written: no space left on the device\n'],
      args.join(' '),
    );
  }
});

const HANGUP_APP = `
const { appendFileSync } = require('node:fs');
process.once('SIGHUP', () => {
  appendFileSync(__dirname + '/signals', 'SIGHUP');
  // Node itself aborts where it exits on a closed terminal.
  process.kill(process.pid, 'SIGHUP');
});
require('node:http').createServer((req, res) => res.end('hello')).listen(0, '127.0.0.1', () => {
  appendFileSync(__dirname + '/pid', String(process.pid));
});
`;

for (const flags of [[], ['--ui']]) {
  test(`closing the terminal of scooby run ${flags.join(' ')}: the app has the signal, no core`, async (t) => {
    const folder = project(t, { 'app.cjs': HANGUP_APP });
    const env = { SCOOBY_DB: join(folder, 'state/scooby.db') };
    const app = join(folder, 'app.cjs');
    const pty = terminal(t, ['run', '-p', '0', ...flags, '--', process.execPath, app], env);
    await pty.until(() => /http:\/\/localhost:\d+/.test(pty.raw), 'the banner');
    const pid = Number(await until(() => textOf(join(folder, 'pid')), 'the app'));
    closeTerminal(pty);
    await pty.until(() => pty.exit !== undefined, 'the exit');
    t.match(pty.exit, { exitCode: 129, signal: 0 }, 'no SIGABRT');
    t.equal(textOf(join(folder, 'signals')), 'SIGHUP');
    t.notOk(isProcessAlive(pid));
  });
}

test('closing the terminal of the browser', async (t) => {
  const run = scooby(t, { files: { 'app.cjs': APP }, command: ['app.cjs'] });
  await run.ask('/seen');
  await run.trace('/seen');
  const pty = terminal(t, ['ui', '--db', run.database], {});
  await pty.shows('/seen');
  closeTerminal(pty);
  await pty.until(() => pty.exit !== undefined, 'the exit');
  t.match(pty.exit, { exitCode: 129, signal: 0 }, 'no SIGABRT');
});

test('a working folder that was deleted is told in a sentence', async (t) => {
  const folder = project(t);
  for (const args of [
    'run -- node app.js',
    'list',
    'show last',
    'top',
    'ui',
    'doctor',
    'diff last last',
    'check -- node app.js',
  ]) {
    const { status, stdout, stderr } = spawnSync(
      'sh',
      [
        '-c',
        `mkdir gone && cd gone && rmdir ../gone && exec "$0" "$@"`,
        process.execPath,
        PROGRAM,
        ...args.split(' '),
      ],
      { cwd: folder, encoding: 'utf8' },
    );
    t.same([status, stdout], [2, ''], args);
    t.equal(stderr, 'scooby: the working folder has been deleted. Change to one that exists:  cd ..\n', args);
  }
});

function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function terminal(t: Test, args: string[], env: Record<string, string>): PtyTerminal {
  const opened = new PtyTerminal([PROGRAM, ...args], 100, 30, env);
  t.teardown(() => opened.close());
  return opened;
}

/** Closes the terminal's own end, as a window that is closed. */
function closeTerminal({ pty }: PtyTerminal): void {
  closeSync((pty as unknown as { fd: number }).fd);
}
