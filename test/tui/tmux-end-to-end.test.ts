import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { bundleUi } from './bundle.js';
import { readGolden } from './golden.js';
import { cleanEnvironment } from './pty.js';

const hasTmux = spawnSync('tmux', ['-V']).status === 0;
const ui = await bundleUi();

/** Starts a tmux server of its own with a shell in one pane. */
function startTmux(t: Test, columns: number, rows: number) {
  const folder = mkdtempSync(join(tmpdir(), 'scooby-tmux-'));
  const run = (...args: string[]) =>
    spawnSync('tmux', ['-S', join(folder, 'socket'), '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      env: cleanEnvironment(),
    }).stdout;
  run(
    'new-session',
    '-d',
    '-x',
    String(columns),
    '-y',
    String(rows),
    'env PS1=ready: bash --norc --noprofile',
  );
  t.teardown(() => {
    run('kill-server');
    rmSync(folder, { recursive: true, force: true });
  });
  const screen = () =>
    run('capture-pane', '-p')
      .split('\n')
      .map((row) => row.trimEnd());
  const until = async (holds: () => boolean, what: string) => {
    for (let tries = 0; tries < 200; tries++) {
      if (holds()) return;
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error(`never: ${what}\n${screen().join('\n')}`);
  };
  const send = (...keys: string[]) => run('send-keys', ...keys);
  const modes = () => run('display-message', '-p', '#{alternate_on} #{cursor_flag} #{mouse_any_flag}').trim();
  return {
    run,
    screen,
    until,
    send,
    modes,
    shows: (text: string) => until(() => screen().join('\n').includes(text), text),
  };
}

async function startBrowser(t: Test, columns: number, rows: number, env = '') {
  const terminal = startTmux(t, columns, rows);
  await terminal.shows('ready:');
  terminal.send(`${env} node ${ui}`.trim(), 'Enter');
  await terminal.shows('? help');
  return terminal;
}

/** Rows of a golden without its `~` rows, which have the styles. */
function textOf(name: string): string[] {
  return readGolden(name)
    .split('\n')
    .filter((row) => !row.startsWith('~'))
    .map((row) => row.trimEnd());
}

test('frames in tmux have the text of the goldens', { skip: !hasTmux }, async (t) => {
  for (const [columns, rows] of [
    [60, 15],
    [80, 24],
    [120, 40],
    [200, 60],
  ] as const) {
    const terminal = await startBrowser(t, columns, rows);
    const expected = textOf(`list-${columns}x${rows}`);
    await terminal
      .until(
        () => terminal.screen().slice(0, rows).join('\n') === expected.join('\n'),
        `the golden of ${columns}x${rows}`,
      )
      .catch(() => {});
    t.same(terminal.screen().slice(0, rows), expected);
    terminal.send('Q');
    await terminal.shows('ready:');
  }
});

test('ctrl-z suspends, and fg restores the screen', { skip: !hasTmux }, async (t) => {
  const terminal = await startBrowser(t, 80, 24);
  terminal.send('j');
  await terminal.until(() => terminal.screen()[4]!.startsWith('▌'), 'the move');
  const before = terminal.screen();
  terminal.send('C-z');
  await terminal.shows('Stopped');
  t.equal(terminal.modes(), '0 1 0');
  terminal.send('fg', 'Enter');
  await terminal.until(() => terminal.modes() === '1 0 0', 'the alternate screen');
  await terminal.until(() => terminal.screen().join('\n') === before.join('\n'), 'the same screen');
  terminal.send('j');
  await terminal.until(() => terminal.screen()[5]!.startsWith('▌'), 'a key after fg');
  t.pass('keys work after fg');
});

/** Sends a signal to the browser, the child of the pane's shell. */
function signal(terminal: ReturnType<typeof startTmux>, name: NodeJS.Signals): void {
  const shell = terminal.run('display-message', '-p', '#{pane_pid}').trim();
  const { stdout } = spawnSync('pgrep', ['-P', shell], { encoding: 'utf8' });
  process.kill(Number(stdout.trim()), name);
}

const ENDS: Record<string, (terminal: ReturnType<typeof startTmux>) => void> = {
  q: (terminal) => terminal.send('q'),
  'Ctrl-C': (terminal) => terminal.send('C-c'),
  SIGTERM: (terminal) => signal(terminal, 'SIGTERM'),
  SIGHUP: (terminal) => signal(terminal, 'SIGHUP'),
  'an uncaught exception': (terminal) => signal(terminal, 'SIGUSR2'),
};

for (const [name, end] of Object.entries(ENDS)) {
  test(`after ${name} the shell has its terminal modes back`, { skip: !hasTmux }, async (t) => {
    const terminal = await startBrowser(t, 80, 24, 'FAKE_CRASH=SIGUSR2');
    end(terminal);
    await terminal.until(() => terminal.modes() === '0 1 0', 'the main screen');
    terminal.send('stty -a | tr " " "\\n" | grep -E "^-?(icanon|echo|isig|icrnl);?$" | xargs', 'Enter');
    await terminal.shows('isig icanon echo');
    t.match(terminal.screen().join('\n'), /icrnl/);
    t.notMatch(terminal.screen().join('\n'), /-icanon|-echo /);
  });
}
