import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'tap';
import { copyTextOf, curlCommand } from '../../src/screens/copy-text.js';
import { clipboardTools, osc52 } from '../../src/tui/effects/clipboard.js';
import { chosenEditor, editorCommand } from '../../src/tui/effects/editor.js';
import { keyNames, mouseReport } from '../../src/tui/input/key-names.js';
import { fuzzyScore } from '../../src/tui/input/menu.js';
import { frameDifference } from '../../src/tui/screen.js';
import {
  addFilter,
  ConfigError,
  configFolder,
  filtersFile,
  readFilters,
  readUserConfig,
} from '../../src/tui/user-config.js';
import { traceAt } from './fake.js';

const folder = mkdtempSync(join(tmpdir(), 'scooby-config-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

function readConfig(config: string) {
  const file = join(folder, 'config.json');
  writeFileSync(file, config);
  return readUserConfig(file);
}

function errorOf(config: string): string {
  try {
    readConfig(config);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replace(folder, '');
    throw error;
  }
  return 'none';
}

test('configured keys and colours apply; conflicting keys are an error with both names', (t) => {
  const config = readConfig(
    '{"keys": {"replay": "X", "down": ["j", "ctrl+n"]}, "theme": {"error": "bright-magenta bold", "ok": "none"}, "editor": "code -r"}',
  );
  t.same(config.bindings.find(({ name }) => name === 'replay')?.keys, ['X']);
  t.same(config.bindings.find(({ name }) => name === 'down')?.keys, ['j', 'ctrl+n']);
  t.same(config.roles, { error: '95;1', ok: '' });
  t.equal(config.editor, 'code -r');
  t.equal(errorOf('{"keys": {"replay": "e"}}'), '/config.json: the key "e" would do both edit and replay');
  t.equal(errorOf('{"keys": {"sort": "v"}}'), '/config.json: the key "v" would do both sort and view');
  t.equal(
    errorOf('{"keys": {"fly": "v"}}'),
    '/config.json: there is no action "fly"; press : in scooby for their names',
  );
  t.match(errorOf('{"theme": {"error": "mauve"}}'), /"mauve" is no colour for error; use black, red/);
  t.match(errorOf('{"theme": {"mood": "red"}}'), /there is no role "mood"/);
  t.match(errorOf('{"theme": {"toString": "red"}}'), /there is no role "toString"/);
  t.match(errorOf('{"theme": {"error": "constructor"}}'), /"constructor" is no colour for error/);
  t.match(errorOf('{'), /config\.json is not JSON/);
  t.same(readUserConfig(join(folder, 'none.json')).roles, {});
  t.end();
});

test('saved filters are readable by their user only', (t) => {
  const file = join(folder, 'deep/filters.json');
  t.same(readFilters(file), []);
  addFilter(file, { name: 'loops', filter: 'n1' });
  t.same(readFilters(file), [{ name: 'loops', filter: 'n1' }]);
  t.same(
    addFilter(file, { name: 'slow', filter: 'time>1s' }),
    [
      { name: 'loops', filter: 'n1' },
      { name: 'slow', filter: 'time>1s' },
    ],
    'beside one of another browser',
  );
  addFilter(file, { name: 'loops', filter: 'n1 orders' });
  t.same(
    readFilters(file).map(({ filter }) => filter),
    ['time>1s', 'n1 orders'],
  );
  t.same(readdirSync(dirname(file)), ['filters.json']);
  t.equal(statSync(file).mode & 0o777, 0o600);
  writeFileSync(file, '{"not": "a list"}');
  t.same(readFilters(file), []);
  t.equal(configFolder({ XDG_CONFIG_HOME: '/c' }), '/c/scooby');
  t.equal(filtersFile({ XDG_STATE_HOME: '/s' }), '/s/scooby/filters.json');
  t.end();
});

test('each editor has its arguments for a line', (t) => {
  const position = { file: 'a.js', line: 7, column: 3 };
  const command = (editor: string) => {
    const { command: name, args, terminal } = editorCommand(editor, '/p/a.js', position);
    return `${[name, ...args].join(' ')}${terminal ? ' (terminal)' : ''}`;
  };
  t.equal(command('code -r'), 'code -r -g /p/a.js:7:3');
  t.equal(command('/usr/bin/vim'), '/usr/bin/vim +7 /p/a.js (terminal)');
  t.equal(command('hx'), 'hx /p/a.js:7:3 (terminal)');
  t.equal(command('webstorm'), 'webstorm --line 7 /p/a.js');
  t.equal(command('emacs -nw'), 'emacs -nw +7 /p/a.js (terminal)');
  t.equal(chosenEditor({ EDITOR: 'nano', VISUAL: 'code' }), 'code');
  t.equal(chosenEditor({ EDITOR: 'nano', SCOOBY_EDITOR: 'zed' }), 'zed');
  t.equal(chosenEditor({ TERM_PROGRAM: 'vscode' }), 'code');
  t.equal(chosenEditor({ EDITOR: 'nano' }, 'hx'), 'hx');
  t.end();
});

test('clipboard tools depend on platform and environment', (t) => {
  const tools = (env: NodeJS.ProcessEnv, platform: NodeJS.Platform = 'linux') =>
    clipboardTools(env, platform).map(({ command }) => command);
  t.same(tools({}), []);
  t.same(tools({ WAYLAND_DISPLAY: 'w', DISPLAY: ':0' }), ['wl-copy', 'xclip']);
  t.same(tools({ DISPLAY: ':0', TMUX: 'x' }), ['xclip', 'tmux']);
  t.same(tools({ DISPLAY: ':0', TMUX: 'x', SSH_CONNECTION: 'y' }), ['tmux']);
  t.same(tools({}, 'darwin'), ['pbcopy']);
  t.equal(osc52('foo'), '\x1b]52;c;Zm9v\x07');
  t.equal(osc52('x'.repeat(60_000)), undefined);
  t.end();
});

test('a curl command has no redacted headers', (t) => {
  t.equal(
    curlCommand(traceAt(2)),
    "curl -X POST -H 'accept: application/json' -H 'user-agent: curl/8.5.0' http://localhost:4000/checkout/confirm",
  );
  t.match(
    curlCommand({ ...traceAt(0), url: "/a'b?x=1&y=2" }),
    /'http:\/\/localhost:4000\/a'\\''b\?x=1&y=2'$/,
  );
  t.equal(
    copyTextOf('stack', traceAt(1), traceAt(1).spans[3])?.text.split('\n')[3],
    '    at loadItems (src/orders.js:15:11)',
  );
  t.equal(copyTextOf('raw', traceAt(6), undefined), undefined);
  t.end();
});

test('terminal input becomes key names, also several keys in one read', (t) => {
  const none = {
    upArrow: false,
    downArrow: false,
    leftArrow: false,
    rightArrow: false,
    pageDown: false,
    pageUp: false,
    home: false,
    end: false,
    return: false,
    escape: false,
    ctrl: false,
    shift: false,
    tab: false,
    backspace: false,
    delete: false,
    meta: false,
    super: false,
    hyper: false,
    capsLock: false,
    numLock: false,
  };
  const key = (input: string, more: Partial<typeof none> = {}) =>
    keyNames(input, { ...none, ...more } as Parameters<typeof keyNames>[1]);
  t.same(key('jj日 '), ['j', 'j', '日', 'space']);
  t.same(key('', { upArrow: true }), ['up']);
  t.same(key('d', { ctrl: true }), ['ctrl+d']);
  t.same(key('', { tab: true, shift: true }), ['shift+tab']);
  t.same(key('OP'), ['f1']);
  t.same(key('a\r'), ['a', 'enter']);
  t.same(mouseReport('[<64;10;5M'), { button: 64, column: 9, row: 4, press: true });
  t.equal(mouseReport('x'), undefined);
  t.end();
});

test('only changed rows are written, and no erase follows a full row', (t) => {
  t.equal(frameDifference(['a', 'b', 'c'], ['a', 'x', 'c'], 10, 3), '\x1b[2;1Hx\x1b[K');
  t.equal(frameDifference(['a'], ['a'.repeat(10)], 10, 3), `\x1b[1;1H${'a'.repeat(10)}`);
  t.equal(frameDifference(['a', 'b'], ['a'], 10, 3), '\x1b[2;1H\x1b[K');
  t.equal(frameDifference(['a'], ['b', 'c', 'd'], 10, 2), '\x1b[1;1Hb\x1b[K\x1b[2;1Hc\x1b[K');
  t.end();
});

test('a pattern matches letters in order, but not letters far apart', (t) => {
  t.equal(fuzzyScore('rep', 'replay the request'), 0);
  t.ok(fuzzyScore('cpcrl', 'copy as curl')! > fuzzyScore('copy', 'copy as curl')!);
  t.equal(fuzzyScore('xyz', 'replay'), undefined);
  t.equal(fuzzyScore('rq', 'recording of whatever is the long quest'), undefined);
  t.end();
});
