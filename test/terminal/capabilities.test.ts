import { test } from 'tap';
import {
  type Capabilities,
  canDrawScreen,
  capabilitiesOf,
  drawingWidth,
  hasColourChoice,
  type LookFlags,
} from '../../src/terminal/capabilities.js';

const TERMINAL = { isTTY: true, columns: 100 };
const PIPE = { columns: undefined };

type Env = Record<string, string>;
const COLOURS: [
  Env,
  onTerminal: Capabilities['colour'],
  inPipe: Capabilities['colour'],
  flags?: LookFlags,
][] = [
  [{}, '16', 'none'],
  [{ TERM: 'xterm' }, '16', 'none'],
  [{ TERM: 'xterm-256color' }, '256', 'none'],
  [{ TERM: 'xterm-256color', COLORTERM: 'truecolor' }, 'truecolor', 'none'],
  [{ TERM: 'xterm', COLORTERM: '24bit' }, 'truecolor', 'none'],
  [{ TERM: 'xterm', COLORTERM: 'yes' }, '16', 'none'],
  [{ TERM: 'dumb' }, 'none', 'none'],
  [{ TERM: 'dumb', COLORTERM: 'truecolor' }, 'none', 'none'],
  [{ CI: 'true' }, '16', 'none'],
  [{ NO_COLOR: '1' }, 'none', 'none'],
  [{ NO_COLOR: '0' }, 'none', 'none'],
  [{ NO_COLOR: 'false' }, 'none', 'none'],
  [{ NO_COLOR: '' }, '16', 'none'],
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, 'none', 'none'],
  [{ NO_COLOR: '1', FORCE_COLOR: '3', COLORTERM: 'truecolor' }, 'none', 'none'],
  [{ NO_COLOR: '', FORCE_COLOR: '1' }, '16', '16'],
  [{ FORCE_COLOR: '' }, '16', 'none'],
  [{ FORCE_COLOR: '', TERM: 'dumb' }, 'none', 'none'],
  [{ FORCE_COLOR: '0' }, 'none', 'none'],
  [{ FORCE_COLOR: '00' }, 'none', 'none'],
  [{ FORCE_COLOR: 'false' }, 'none', 'none'],
  [{ FORCE_COLOR: '1' }, '16', '16'],
  [{ FORCE_COLOR: 'true' }, '16', '16'],
  [{ FORCE_COLOR: 'always' }, '16', '16'],
  [{ FORCE_COLOR: '2' }, '256', '256'],
  [{ FORCE_COLOR: '3' }, 'truecolor', 'truecolor'],
  [{ FORCE_COLOR: '9' }, 'truecolor', 'truecolor'],
  [{ FORCE_COLOR: '1', TERM: 'dumb' }, '16', '16'],
  [{ NODE_DISABLE_COLORS: '1' }, 'none', 'none'],
  [{ NODE_DISABLE_COLORS: '' }, '16', 'none'],
  [{ NODE_DISABLE_COLORS: '1', FORCE_COLOR: '2' }, '256', '256'],
  [{ FORCE_COLOR: '1' }, 'none', 'none', { color: false }],
  [{}, 'none', 'none', { color: false }],
  [{ NO_COLOR: '1' }, 'none', 'none', { color: true }],
  [{}, '16', 'none', { color: true }],
];

for (const [env, onTerminal, inPipe, flags] of COLOURS) {
  test(`colours with ${JSON.stringify(env)}${flags ? ` and ${JSON.stringify(flags)}` : ''}`, (t) => {
    t.equal(capabilitiesOf(TERMINAL, env, flags).colour, onTerminal, 'on a terminal');
    t.equal(capabilitiesOf(PIPE, env, flags).colour, inPipe, 'in a pipe');
    t.end();
  });
}

test('only a terminal in the C locale is limited to ASCII', (t) => {
  const unicode = (env: Env, output = TERMINAL as object) => capabilitiesOf(output, env).unicode;
  t.equal(unicode({}), true);
  t.equal(unicode({ LANG: 'C' }), false);
  t.equal(unicode({ LANG: 'C.UTF-8' }), true);
  t.equal(unicode({ LC_ALL: 'POSIX', LANG: 'en_US.UTF-8' }), false);
  t.equal(unicode({ LC_ALL: '', LC_CTYPE: 'en_US.UTF-8', LANG: 'C' }), true);
  t.equal(unicode({ LANG: 'C' }, PIPE), true, 'a pipe takes every character');
  t.equal(capabilitiesOf(PIPE, {}, { ascii: true }).unicode, false, '--ascii');
  t.end();
});

test('hyperlinks only on terminals with support', (t) => {
  const links = (env: Env, output = TERMINAL as object) => capabilitiesOf(output, env).hyperlinks;
  t.equal(links({ TERM: 'xterm-256color' }), false, 'not known to');
  t.equal(links({ TERM_PROGRAM: 'vscode' }), true);
  t.equal(links({ TERM_PROGRAM: 'Apple_Terminal' }), false);
  t.equal(links({ TERM: 'xterm-kitty' }), true);
  t.equal(links({ VTE_VERSION: '4900' }), false);
  t.equal(links({ VTE_VERSION: '7203' }), true);
  t.equal(links({ WT_SESSION: 'c2b2' }), true);
  t.equal(links({ VTE_VERSION: '7203', TMUX: '/tmp/tmux-0/default,1,0' }), false);
  t.equal(links({ TERM_PROGRAM: 'vscode', CI: '1' }), false);
  t.equal(links({ TERM_PROGRAM: 'vscode' }, PIPE), false);
  t.end();
});

test('rows have the width of the terminal, and no limit in a pipe', (t) => {
  t.equal(capabilitiesOf(TERMINAL, {}).width, 100);
  t.equal(capabilitiesOf({ isTTY: true, columns: 0 }, {}).width, Number.POSITIVE_INFINITY);
  t.equal(capabilitiesOf(PIPE, {}).width, Number.POSITIVE_INFINITY);
  t.end();
});

test('columns are laid out for a wide terminal in a pipe', (t) => {
  t.equal(drawingWidth(80), 80);
  t.equal(drawingWidth(capabilitiesOf(PIPE, {}).width), 120);
  t.end();
});

test('a screen is drawn only on an interactive terminal', (t) => {
  const drawn = (env: Env) => canDrawScreen(TERMINAL, TERMINAL, env);
  t.same(
    [{}, { TERM: 'dumb' }, { CI: 'true' }, { CI: '' }, { CI: 'false' }, { INK_SCREEN_READER: 'true' }].map(
      drawn,
    ),
    [true, false, false, true, true, false],
  );
  t.equal(canDrawScreen(PIPE, TERMINAL, {}), false);
  t.equal(canDrawScreen(TERMINAL, PIPE, {}), false);
  t.end();
});

test('an empty variable counts as unset', (t) => {
  t.same(
    [
      {},
      { NO_COLOR: '' },
      { FORCE_COLOR: '' },
      { NO_COLOR: '1' },
      { FORCE_COLOR: '0' },
      { NODE_DISABLE_COLORS: '1' },
    ].map(hasColourChoice),
    [false, false, false, true, true, true],
  );
  t.end();
});
