import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { colourEnvironment } from '../../src/cli/run-ui.js';
import { ask, PROGRAM, until } from '../scooby.js';
import { PtyTerminal } from '../tui/pty.js';

const APP = `
const { createServer } = require('node:http');
const { writeFileSync } = require('node:fs');
console.log('\\x1b[32mhello\\x1b[0m \\x1b]0;title\\x07from', process.env.FORCE_COLOR);
process.stdin.on('data', (line) => console.log('typed ' + line));
if (process.argv[3] !== 'unaware')
  process.on('SIGTERM', () => { if (!process.argv[3]) process.exit(7); });
createServer((request, response) => {
  if (request.url === '/crash') { console.error(new TypeError('no table')); process.exit(3); }
  response.end('ok');
}).listen(0, () => { writeFileSync(process.argv[2], String(process.pid)); console.log('ready'); });
`;

/** Starts `scooby run --ui` on a terminal, with an app that writes its pid to a file. */
async function runOnTerminal(
  t: Test,
  command: (app: string[]) => string[] = (app) => app,
  ...flags: string[]
) {
  const folder = mkdtempSync(join(tmpdir(), 'scooby-one-terminal-'));
  writeFileSync(join(folder, 'app.cjs'), APP);
  const pidFile = join(folder, 'pid');
  const app = [process.execPath, join(folder, 'app.cjs'), pidFile];
  const options = ['--port', '0', '--db', join(folder, 'state/scooby.db'), ...flags];
  const terminal = new PtyTerminal([PROGRAM, 'run', '--ui', ...options, '--', ...command(app)], 100, 30);
  t.teardown(async () => {
    await terminal.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await terminal.shows('● live');
  await terminal.shows('ready');
  const url = /http:\/\/localhost:\d+/.exec(terminal.rows()[0]!)![0];
  return { terminal, url, pid: () => Number(readFileSync(pidFile, 'utf8')), pidFile };
}

const isAlive = (pid: number) => {
  try {
    // A zombie, which its parent has not reaped yet, has ended.
    return (
      process.kill(pid, 0) &&
      !/^Z/.test(spawnSync('ps', ['-o', 'stat=', '-p', `${pid}`], { encoding: 'utf8' }).stdout)
    );
  } catch {
    return false;
  }
};

test('an app behind a pipe gets FORCE_COLOR when the screen has colours, unless the user has set a colour variable', (t) => {
  const forceColor = (env: NodeJS.ProcessEnv, color = true) =>
    colourEnvironment(env, color, { isTTY: true }).FORCE_COLOR;
  t.equal(forceColor({}), '1');
  t.equal(forceColor({ FORCE_COLOR: '', NO_COLOR: '' }), '1');
  t.equal(forceColor({ FORCE_COLOR: '3' }), '3');
  t.equal(forceColor({ NO_COLOR: '1' }), undefined);
  t.equal(forceColor({ NODE_DISABLE_COLORS: '1' }), undefined);
  t.equal(forceColor({}, false), undefined);
  t.end();
});

const SANE = { buffer: 'normal', mouse: 'none', paste: false, cursor: true };

test('app and browser in one terminal: requests, output, replay, crash, restart', async (t) => {
  const { terminal, url, pid, pidFile } = await runOnTerminal(t);
  await terminal.shows('hello from 1');
  t.notOk(terminal.raw.includes('\x1b]0;'), 'the output does not steer the terminal');
  t.equal((await ask(`${url}/a`)).status, 200);
  await terminal.shows('GET  /a');
  terminal.send('r');
  await terminal.shows('200 after');
  await terminal.shows('2 req');
  terminal.send('tm');
  await terminal.shows('recording marked');
  terminal.send('ta');
  await terminal.shows('every request is recorded');
  terminal.send('Oione line\r');
  await terminal.shows('typed one line');
  terminal.send('q');
  const first = pid();
  rmSync(pidFile);
  await ask(`${url}/crash`).catch(() => {});
  await terminal.shows('the app ended with code 3: TypeError: no table   r starts it again');
  terminal.send('r');
  await until(() => existsSync(pidFile) && pid(), 'another process');
  t.not(pid(), first);
  await terminal.shows('● live');
  t.equal((await ask(`${url}/b`)).status, 200);
  await terminal.shows('GET  /b');
  terminal.send('q');
  await until(() => terminal.exit, 'its end');
  t.equal(terminal.exit?.exitCode, 7, "the app's own code");
  t.same(terminal.terminalModes(), SANE);
  t.equal(isAlive(pid()), false);
});

test('quit after a crash: the reason is printed, and the exit code is that of the app', async (t) => {
  const { terminal, url } = await runOnTerminal(t);
  await ask(`${url}/crash`).catch(() => {});
  await terminal.shows('r starts it again');
  terminal.send('q');
  await until(() => terminal.exit, 'its end');
  t.equal(terminal.exit?.exitCode, 3);
  t.same(terminal.terminalModes(), SANE);
  t.match(terminal.rows().join('\n'), /TypeError: no table[\s\S]*scooby: the app ended with code 3/);
});

test('q is no failure of an app that ends by the signal', async (t) => {
  const { terminal, pid } = await runOnTerminal(t, (app) => [...app, 'unaware']);
  terminal.send('q');
  await until(() => terminal.exit, 'its end');
  t.equal(terminal.exit?.exitCode, 0);
  t.equal(isAlive(pid()), false);
  t.notMatch(terminal.rows().join('\n'), /ended with code/);
});

const ENDS: [name: string, end: (terminal: PtyTerminal) => void, code: number][] = [
  ['Ctrl-C', (terminal) => terminal.send('\x03'), 7],
  ['SIGTERM', (terminal) => terminal.pty.kill('SIGTERM'), 7],
  ['SIGHUP', (terminal) => terminal.pty.kill('SIGHUP'), 129],
];

for (const [name, end, code] of ENDS) {
  test(`${name} ends the command and all of its descendants`, async (t) => {
    const { terminal, pid } = await runOnTerminal(t, (app) => ['sh', '-c', `${app.join(' ')}; exit $?`]);
    const app = pid();
    end(terminal);
    await until(() => terminal.exit, 'its end');
    t.same(terminal.terminalModes(), SANE);
    t.equal(isAlive(app), false);
    // The shell exits by the signal itself, or with the code of the app when it waits for it.
    const bySignal = name === 'Ctrl-C' ? 0 : 143;
    t.ok([code, bySignal].includes(terminal.exit!.exitCode), String(terminal.exit?.exitCode));
  });
}

test('a killed screen: the terminal is restored and the app continues', async (t) => {
  const { terminal, url, pid } = await runOnTerminal(t);
  const found = spawnSync('pgrep', ['-P', `${terminal.pty.pid}`, '-f', 'attached'], { encoding: 'utf8' });
  process.kill(Number(found.stdout), 'SIGKILL');
  await terminal.until(() => terminal.rows().join(' ').includes('the screen has failed'), 'the news');
  t.same(terminal.terminalModes(), SANE);
  t.equal((await ask(`${url}/later`)).status, 200);
  await terminal.until(
    () => terminal.rows().join('\n').includes('GET /later 200'),
    'the line of the request',
  );
  terminal.send('\x03');
  await until(() => terminal.exit, 'its end');
  t.equal(isAlive(pid()), false);
});

test('a killed launcher: the screen exits and the terminal is restored', async (t) => {
  const { terminal, pid } = await runOnTerminal(t);
  process.kill(terminal.pty.pid, 'SIGKILL');
  await terminal.until(() => terminal.terminalModes().buffer === 'normal', 'the main screen');
  t.same(terminal.terminalModes(), SANE);
  process.kill(pid(), 'SIGKILL');
});

test('without a terminal: a warning, and requests line by line', (t) => {
  const folder = t.testdir();
  const { stderr, status } = spawnSync(
    process.execPath,
    [
      PROGRAM,
      'run',
      '--ui',
      '--port',
      '0',
      '--db',
      join(folder, 'db'),
      '--',
      process.execPath,
      '-e',
      'process.exit(4)',
    ],
    { encoding: 'utf8' },
  );
  t.match(stderr, /^scooby: --ui needs a terminal; requests are printed line by line instead\n/);
  t.equal(status, 4);
  t.end();
});

test('an unknown command: the error is printed after the screen', async (t) => {
  const folder = t.testdir();
  const args = [PROGRAM, 'run', '--ui', '--port', '0', '--db', join(folder, 'db'), '--', 'no-such-command'];
  const terminal = new PtyTerminal(args, 100, 30);
  await until(() => terminal.exit, 'its end');
  t.equal(terminal.exit?.exitCode, 127);
  t.same(terminal.terminalModes(), SANE);
  t.match(terminal.rows().join('\n'), /^scooby: no-such-command: command not found/m);
  t.notMatch(terminal.rows().join('\n'), /screen/, 'which is not at fault');
  await terminal.close();
});
