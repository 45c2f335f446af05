import { test } from 'tap';
import { lineText } from '../../../src/terminal/cells.js';
import { OutputLog } from '../../../src/terminal/output-log.js';
import { BINDINGS, type Binding } from '../../../src/tui/input/bindings.js';
import { bindingOf, worksIn } from '../../../src/tui/input/key-lookup.js';
import { typedText } from '../../../src/tui/input/key-names.js';
import { menuItems } from '../../../src/tui/input/menu.js';
import { initialState, type Pane } from '../../../src/tui/state/state.js';
import { bindingConflict } from '../../../src/tui/user-config.js';
import { footerLine } from '../../../src/tui/view/footer.js';
import { rowsOf } from '../frame.js';
import { MemoryFeed } from '../memory-feed.js';
import { aBrowser, until } from '../terminal.js';

const PANES: Pane[] = ['list', 'table', 'text', 'output'];

/** A feed that can do everything. */
function able(): MemoryFeed {
  const feed = new MemoryFeed(400);
  feed.output = new OutputLog();
  feed.output.write(Array.from({ length: 60 }, (_, n) => `order ${n}\n`).join(''), 'out');
  feed.sendInput = (line) => feed.told.push(line);
  return feed;
}

/** A browser in the middle of everything, so that every direction leads somewhere. */
function inTheMiddle(pane: Pane) {
  const held = aBrowser(able(), { columns: 120, rows: 18 });
  const { browser } = held;
  held.press('j', 'm');
  browser.dispatch({ type: 'move', by: 'page', n: 1 });
  browser.dispatch({ type: 'move', by: 'page', n: 1 });
  held.press('j', 'j');
  // The 32nd request has a list of orders, with enough calls to move among.
  while (browser.list.row(browser.state.list.cursor.at)?.route !== '/api/orders') held.press('j');
  held.press('enter', '9');
  browser.dispatch({ type: 'move', by: 'page', n: 1 });
  held.press('/', 'o', 'r', 'd', 'e', 'r', 'enter');
  browser.dispatch({ type: 'at', pane: 'text', index: 3 });
  if (pane === 'table') browser.dispatch({ type: 'at', pane: 'table', index: 12 });
  browser.press('esc');
  if (pane === 'list') {
    browser.dispatch({ type: 'filter', text: 'orders' });
    browser.dispatch({ type: 'at', pane: 'list', index: 21 });
    browser.dispatch({ type: 'scroll', n: 3 });
  }
  if (pane === 'output') {
    held.press('O', '/', 'o', 'r', 'd', 'enter');
    browser.dispatch({ type: 'move', by: 'page', n: -1 });
  } else if (pane !== 'list') {
    browser.dispatch({ type: 'prompt', kind: 'find' });
    held.press('o', 'r', 'd', 'enter');
    browser.dispatch({ type: 'at', pane, index: pane === 'text' ? 5 : 12 });
  }
  held.terminal.calls.length = 0;
  return held;
}

async function doesSomething(binding: Binding, key: string, pane: Pane): Promise<boolean> {
  const { browser, terminal, press } = inTheMiddle(pane);
  if (pane === 'table' && binding.name === 'explain') press('2');
  // Only the tabs of calls are grouped.
  if (pane !== 'list' && (binding.name === 'group' || binding.name === 'order')) press('2');
  if (binding.name === 'filters') press('/', 'n', '1', 'enter');
  if (binding.name === `tab${browser.state.detail.tab}`) press('1');
  const before = JSON.stringify(browser.state);
  const changed = () => JSON.stringify(browser.state) !== before || terminal.calls.length > 0;
  press(key);
  await until(changed).catch(() => {});
  const done = changed() && browser.state.notice?.role !== 'warn';
  browser.close();
  return done;
}

test('every key of the table does something, in every pane in which it works', async (t) => {
  for (const binding of BINDINGS) {
    for (const pane of PANES.filter((one) => worksIn(binding, one))) {
      for (const key of binding.keys)
        t.equal(await doesSomething(binding, key, pane), true, `${key} (${binding.name}) in the ${pane}`);
    }
  }
});

test('over a store alone a key does something or says why not, and the footer has only those that do', async (t) => {
  for (const pane of PANES) {
    for (const binding of BINDINGS.filter((one) => worksIn(one, pane) && one.keys.length > 0)) {
      const feed = new MemoryFeed(400);
      for (const ability of ['replay', 'record', 'restart', 'explain'] as const)
        Object.defineProperty(feed, ability, { value: undefined });
      feed.state = { ...feed.state, live: false };
      const { browser, terminal, press } = aBrowser(feed, { columns: 300, rows: 30 });
      press('j', 'enter', '2');
      browser.dispatch({ type: 'at', pane, index: 1 });
      terminal.calls.length = 0;
      const hinted = rowsOf(browser).at(-1)!.includes(` ${binding.hint}  `);
      const before = JSON.stringify(browser.state);
      const changed = () => JSON.stringify(browser.state) !== before || terminal.calls.length > 0;
      press(binding.keys[0]!);
      await until(changed).catch(() => {});
      const told = browser.state.notice?.role === 'warn' ? browser.state.notice.text : undefined;
      if (binding.hint && hinted) t.equal(told, undefined, `${binding.name} in the ${pane} is in the footer`);
      if (/^(?:replay|record|restart|explain|output|tell)$/.test(binding.name))
        t.match(told, /scooby run/, `${binding.name} in the ${pane}`);
      browser.close();
    }
  }
});

test('no key would do two things at one place', (t) => {
  t.equal(bindingConflict(BINDINGS), undefined);
  t.end();
});

test('every key in the footer, and every line of the help, is one of the table', (t) => {
  for (const pane of PANES) {
    const state = { ...initialState(300, 40), focus: pane };
    const foot = lineText(footerLine(BINDINGS, state, 300))
      .trim()
      .split(/\s{2,}/);
    t.ok(foot.length >= 8, foot.join('|'));
    const hints = BINDINGS.filter((binding) => worksIn(binding, pane)).map((binding) => binding.hint);
    for (const piece of foot) t.ok(hints.includes(piece.split(' ').slice(1).join(' ')), piece);
    const help = menuItems({ kind: 'menu', menu: 'help', input: '', at: 0, top: 0 }, state, BINDINGS);
    t.equal(help.length, BINDINGS.filter((binding) => worksIn(binding, pane)).length);
  }
  t.end();
});

test('help and the way out stay in the footer however narrow it is', (t) => {
  const state = initialState(60, 15);
  t.equal(
    lineText(footerLine(BINDINGS, state, 60)),
    ' ↵ open  / filter  s sort  v view  m mark    ? help  q quit',
  );
  t.equal(lineText(footerLine(BINDINGS, state, 24)), ' ↵ open  ? help  q quit');
  t.end();
});

test('every line of the help and of the palette runs', async (t) => {
  for (const menu of ['help', 'palette'] as const) {
    const { browser } = inTheMiddle('list');
    const { length } = menuItems({ kind: 'menu', menu, input: '', at: 0, top: 0 }, browser.state, BINDINGS);
    browser.close();
    for (let at = 0; at < length; at++) {
      const held = inTheMiddle('list');
      held.browser.dispatch({ type: 'menu', menu });
      for (let n = 0; n < at; n++) held.press('down');
      const { label } = held.browser.picture().items[at]!;
      const before = JSON.stringify({ ...held.browser.state, popup: undefined });
      const changed = () =>
        JSON.stringify({ ...held.browser.state, popup: undefined }) !== before ||
        held.terminal.calls.length > 0 ||
        (held.browser.state.popup !== undefined && held.browser.state.popup.kind !== 'menu') ||
        (held.browser.state.popup?.kind === 'menu' && held.browser.state.popup.menu !== menu);
      held.press('enter');
      if (held.browser.state.popup === undefined) await until(changed).catch(() => {});
      const already = /tab Timeline|time, newest first|the keys|every command/.test(label);
      t.ok(changed() || already, `${menu}: ${label}`);
      held.browser.close();
    }
  }
});

test('what types a character is told from what does not', (t) => {
  t.same(['a', 'space', '日', 'up', 'ctrl+a', '\x01', 'enter'].map(typedText), [
    'a',
    ' ',
    '日',
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  t.equal(bindingOf(BINDINGS, 'q', 'list')?.name, 'quitList');
  t.equal(bindingOf(BINDINGS, 'q', 'text')?.name, 'pop');
  t.equal(bindingOf(BINDINGS, 'X', 'list'), undefined);
  t.end();
});
