import { spawnSync } from 'node:child_process';
import xterm from '@xterm/headless';
import { test } from 'tap';
import { bundleUi } from './bundle.js';
import { golden, readGolden } from './golden.js';
import { cleanEnvironment, PtyTerminal } from './pty.js';

const ui = await bundleUi();

async function openBrowser(
  columns: number,
  rows: number,
  env: Record<string, string> = {},
  ...flags: string[]
) {
  const terminal = new PtyTerminal([ui, ...flags], columns, rows, env);
  // The footer appears with Ink, after the first requests.
  await terminal.shows('? help');
  return terminal;
}

const SIZES: [number, number][] = [
  [60, 15],
  [80, 24],
  [120, 40],
  [200, 60],
];

for (const [columns, rows] of SIZES) {
  test(`the screens at ${columns}x${rows}`, async (t) => {
    const terminal = await openBrowser(columns, rows);
    await terminal.shows('req  p');
    t.equal(terminal.painted(), golden(`list-${columns}x${rows}`, terminal.painted()));
    terminal.send('j');
    await terminal.shows(columns < 100 ? '▌ GET    /api/orders'.slice(0, 5) : '48 queries ran');
    terminal.send('\r2');
    await terminal.shows('SELECT id, sku, amount');
    await terminal.shows('at loadItems'.slice(0, rows < 20 ? 3 : 12));
    t.equal(terminal.painted(), golden(`sql-${columns}x${rows}`, terminal.painted()));
    terminal.send('9');
    await terminal.shows('never two calls');
    t.equal(terminal.painted(), golden(`timeline-${columns}x${rows}`, terminal.painted()));
    terminal.send('?');
    await terminal.shows('type to narrow');
    t.equal(terminal.painted(), golden(`help-${columns}x${rows}`, terminal.painted()));
    await terminal.close();
  });
}

test('requests are shown before Ink is loaded; early keys are processed and not echoed', async (t) => {
  const terminal = new PtyTerminal([ui], 80, 24, { FAKE_OPEN: 'SIGUSR2' });
  await terminal.shows('METHOD PATH');
  terminal.send('jj');
  process.kill(terminal.pty.pid, 'SIGUSR2');
  await terminal.until(() => terminal.rows()[5]?.startsWith('▌') === true, 'both moves');
  const [empty, rows, ...later] = terminal.raw.split('\x1b[?2026h').slice(1);
  t.match(empty, /METHOD PATH/);
  t.match(rows, /▌ GET {4}\/api\/users\/0/);
  t.notMatch(rows, /following/, 'the rest of the header comes with the screen');
  t.match(later.join(''), /following/);
  t.notMatch(terminal.raw, /jj/);
  await terminal.close();
});

/** Rows of a golden without its `~` rows, which have the styles. */
const textOf = (painted: string) => painted.split('\n').filter((row) => !row.startsWith('~'));

for (const [columns, rows] of SIZES) {
  test(`NO_COLOR at ${columns}x${rows} leaves weight and inverse, and the same text`, async (t) => {
    const terminal = await openBrowser(columns, rows, { NO_COLOR: '1' });
    const expected = textOf(readGolden(`list-${columns}x${rows}`));
    await terminal.until(
      () => textOf(terminal.painted()).join() === expected.join(),
      'the text of the golden',
    );
    if (columns === 80) t.equal(terminal.painted(), golden('list-80x24-no-color', terminal.painted()));
    t.match(terminal.painted(), /^~#{40}/m, 'the selected row is inverse');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: SGR codes that set a colour
    t.notMatch(terminal.raw, /\x1b\[(?:[\d;]*;)?(?:[34]\d|9\d|10\d)(?:;[\d;]*)?m/);
    await terminal.close();
  });
}

test('NO_COLOR wins over FORCE_COLOR, as in the commands', async (t) => {
  const terminal = await openBrowser(80, 24, { NO_COLOR: '1', FORCE_COLOR: '1' });
  await terminal.until(
    () => terminal.painted() === readGolden('list-80x24-no-color'),
    'the golden without colours',
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: SGR codes that set a colour
  t.notMatch(terminal.raw, /\x1b\[(?:[\d;]*;)?(?:[34]\d|9\d|10\d)(?:;[\d;]*)?m/);
  await terminal.close();
});

for (const [columns, rows] of [SIZES[1]!, SIZES[2]!]) {
  test(`wide characters at ${columns}x${rows}: columns stay columns`, async (t) => {
    const terminal = await openBrowser(columns, rows);
    terminal.send('/search?q=靴');
    await terminal.until(() => terminal.rows()[1]?.includes('8 of 400') === true, 'the matches');
    terminal.send('\r\r2');
    await terminal.shows('%靴 日本語%');
    t.equal(terminal.painted(), golden(`cjk-${columns}x${rows}`, terminal.painted()));
    await terminal.close();
  });
}

test('--ascii draws with ASCII only', async (t) => {
  const terminal = await openBrowser(80, 24, {}, '--ascii');
  terminal.send('j\r2');
  await terminal.shows('SELECT id, sku, amount');
  t.same(
    terminal.rows().filter((row) => /[^ -~]/.test(row)),
    [],
  );
  await terminal.close();
});

test('after many resizes the frame is that of the last size', async (t) => {
  const terminal = await openBrowser(80, 24);
  for (let n = 0; n < 20; n++) {
    const [columns, rows] = SIZES[n % 4]!;
    terminal.resize(columns + (n % 3), rows + (n % 2));
  }
  terminal.resize(80, 24);
  const expected = readGolden('list-80x24');
  await terminal.until(() => terminal.painted() === expected, 'the golden of 80x24');
  terminal.resize(50, 12);
  await terminal.shows('scooby needs 60x15');
  terminal.resize(60, 15);
  await terminal.until(() => terminal.painted() === readGolden('list-60x15'), 'the golden of 60x15');
  t.pass('the frame of each size was drawn');
  await terminal.close();
});

const ENDS: [name: string, end: (terminal: PtyTerminal) => void, code: number][] = [
  ['q', (terminal) => terminal.send('q'), 0],
  ['Ctrl-C', (terminal) => terminal.send('\x03'), 0],
  ['SIGTERM', (terminal) => terminal.pty.kill('SIGTERM'), 143],
  ['SIGHUP', (terminal) => terminal.pty.kill('SIGHUP'), 129],
  ['SIGINT', (terminal) => terminal.pty.kill('SIGINT'), 130],
  ['an uncaught exception', (terminal) => process.kill(terminal.pty.pid, 'SIGUSR2'), 1],
  ['an unhandled rejection', (terminal) => process.kill(terminal.pty.pid, 'SIGPIPE'), 1],
];

for (const [name, end, code] of ENDS) {
  test(`ended by ${name}, the terminal is as it was`, async (t) => {
    const terminal = await openBrowser(
      80,
      24,
      { FAKE_CRASH: 'SIGUSR2', FAKE_REJECTION: 'SIGPIPE' },
      '--mouse',
    );
    await terminal.until(() => terminal.terminalModes().paste, 'bracketed paste');
    t.same(terminal.terminalModes(), { buffer: 'alternate', mouse: 'vt200', paste: true, cursor: false });
    end(terminal);
    await terminal.until(() => terminal.exit !== undefined, 'the exit');
    t.same(terminal.terminalModes(), { buffer: 'normal', mouse: 'none', paste: false, cursor: true });
    t.equal(terminal.exit?.exitCode, code);
    t.notOk(terminal.raw.includes('\x1b[3J'), 'the scrollback is not erased');
    if (code === 1) t.match(terminal.rows()[0], /^scooby: the browser failed: a fault/);
    await terminal.close();
  });
}

test('without a terminal it prints lines', (t) => {
  const printed = (env: Record<string, string>) =>
    spawnSync(process.execPath, [ui], {
      env: cleanEnvironment({ FAKE_REQUESTS: '3', FAKE_LIVE: '0', ...env }),
      encoding: 'utf8',
    });
  const { stdout, stderr, status } = printed({});
  t.equal(
    stdout,
    [
      '2026-01-15T11:59:59Z  POST  /checkout/confirm  500  1.24s  cache 1 0.6ms  sql 4 87ms  http 1 760ms  rpc 1 60ms  log 1 0.0ms  ERR  SLOW  a0000002',
      '2026-01-15T11:59:59Z  GET  /api/orders?page=2  200  621ms  cache 1 0.6ms  sql 50 554ms  log 1 0.0ms  N+1  SLOW  a0000001',
      '2026-01-15T12:00:00Z  GET  /api/users/0  200  14ms  cache 1 0.6ms  sql 3 7.7ms  a0000000',
      '3 requests stored',
      '',
    ].join('\n'),
  );
  t.equal(stderr, '');
  t.equal(status, 0);
  t.end();
});

for (const env of [{ CI: '1' }, { INK_SCREEN_READER: 'true' }, { TERM: 'dumb' }]) {
  test(`on a terminal with ${JSON.stringify(env)} it prints lines as well`, async (t) => {
    const terminal = new PtyTerminal([ui], 80, 24, { FAKE_REQUESTS: '3', FAKE_LIVE: '0', ...env } as Record<
      string,
      string
    >);
    await terminal.until(() => terminal.exit !== undefined, 'the exit');
    t.match(terminal.raw, /GET {2}\/api\/users\/0 {2}200 {2}14ms/);
    t.notOk(terminal.raw.includes('\x1b'));
    await terminal.close();
  });
}

/** Pieces of a frame, each starting with an escape: a slow line may deliver them singly. */
const piecesOf = (frame: string) =>
  frame.split('\x1b').map((piece, index) => (index === 0 ? piece : `\x1b${piece}`));

test('a frame erases nothing, and no row is blank between two frames', async (t) => {
  const terminal = await openBrowser(80, 24);
  terminal.send('j');
  await terminal.until(() => terminal.rows()[4]?.startsWith('▌') === true, 'the move');
  terminal.send(' ');
  await terminal.until(() => terminal.rows()[3]?.startsWith('  ') === true, 'the page');
  terminal.send('\r2');
  await terminal.shows('by pg');
  const [enter, ...frames] = terminal.raw.split('\x1b[?2026h');
  t.ok(frames.length >= 4);
  const slow = new xterm.Terminal({ cols: 80, rows: 24, allowProposedApi: true });
  const write = (data: string) => new Promise<void>((done) => slow.write(data, done));
  const blank = () =>
    Array.from(
      { length: 24 },
      (_, y) => slow.buffer.active.getLine(y)?.translateToString(true).trim() === '',
    );
  await write(enter!);
  for (const frame of frames) {
    const [written] = frame.split('\x1b[?2026l');
    for (const erasing of ['\x1b[J', '\x1b[2J', '\x1b[3J', '1049']) t.notOk(written!.includes(erasing));
    const before = blank();
    const between: boolean[][] = [];
    for (const piece of piecesOf(written!)) {
      await write(piece);
      between.push(blank());
    }
    const after = blank();
    const flickers = before.flatMap((empty, y) =>
      !empty && !after[y] && between.some((rows) => rows[y]) ? [y] : [],
    );
    t.same(flickers, []);
  }
  slow.dispose();
  await terminal.close();
});

test('from the list to the editor at the line of the N+1', async (t) => {
  const terminal = await openBrowser(80, 24, { EDITOR: '/bin/echo', FAKE_CWD: 'real' });
  terminal.send('/n1\re');
  await terminal.shows('back from src/orders.js:15');
  t.match(terminal.raw, /\+15 .*src\/orders\.js/);
  terminal.send('q');
  await terminal.until(() => terminal.exit?.exitCode === 0, 'the exit');
  await terminal.close();
});
