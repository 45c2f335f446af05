import { test } from 'tap';
import { lineText } from '../../../src/terminal/cells.js';
import { OutputLog } from '../../../src/terminal/output-log.js';
import { BINDINGS, type Binding } from '../../../src/tui/input/bindings.js';
import { findBinding, isBoundIn } from '../../../src/tui/input/key-lookup.js';
import { typedText } from '../../../src/tui/input/key-names.js';
import { menuItems } from '../../../src/tui/input/menu.js';
import { initialState, type Pane } from '../../../src/tui/state/state.js';
import { bindingConflict } from '../../../src/tui/user-config.js';
import { footerLine } from '../../../src/tui/view/footer.js';
import { ORDERS_PROFILE } from '../../profile.js';
import { rowsOf } from '../frame.js';
import { MemoryFeed } from '../memory-feed.js';
import { createBrowser, waitUntil } from '../terminal.js';

const PANES: Pane[] = ['list', 'table', 'text', 'output'];

/** Made once: making them takes longer than a browser over them. */
const { traces } = new MemoryFeed(160);

/** Feed with all capabilities. */
function capableFeed(): MemoryFeed {
  const feed = new MemoryFeed([...traces]);
  feed.output = new OutputLog();
  feed.output.write(Array.from({ length: 60 }, (_, n) => `order ${n}\n`).join(''), 'out');
  feed.sendInput = (line) => feed.sentLines.push(line);
  return feed;
}

/** Browser with the cursor of each pane in the middle, so that every move has an effect. */
function browserInTheMiddle(pane: Pane) {
  const setup = createBrowser(capableFeed(), { columns: 120, rows: 18 });
  const { browser } = setup;
  setup.press('j', 'm');
  browser.dispatch({ type: 'move', by: 'page', n: 1 });
  browser.dispatch({ type: 'move', by: 'page', n: 1 });
  setup.press('j', 'j');
  // The 32nd request lists orders and has enough calls for every move.
  while (browser.list.row(browser.state.list.cursor.at)?.route !== '/api/orders') setup.press('j');
  setup.press('enter', '9');
  browser.dispatch({ type: 'move', by: 'page', n: 1 });
  browser.dispatch({ type: 'prompt', kind: 'filter' });
  browser.paste('order');
  browser.press('enter');
  browser.dispatch({ type: 'at', pane: 'text', index: 3 });
  if (pane === 'table') browser.dispatch({ type: 'at', pane: 'table', index: 12 });
  browser.press('esc');
  if (pane === 'list') {
    browser.dispatch({ type: 'filter', text: 'orders' });
    browser.dispatch({ type: 'at', pane: 'list', index: 21 });
    browser.dispatch({ type: 'scroll', n: 3 });
  }
  if (pane === 'output') {
    setup.press('O', '/', 'o', 'r', 'd', 'enter');
    browser.dispatch({ type: 'move', by: 'page', n: -1 });
  } else if (pane !== 'list') {
    browser.dispatch({ type: 'prompt', kind: 'find' });
    setup.press('o', 'r', 'd', 'enter');
    browser.dispatch({ type: 'at', pane, index: pane === 'text' ? 5 : 12 });
  }
  setup.terminal.calls.length = 0;
  return setup;
}

async function hasEffect(binding: Binding, key: string, pane: Pane): Promise<boolean> {
  const { browser, terminal, press } = browserInTheMiddle(pane);
  if (pane === 'table' && binding.name === 'explain') press('2');
  // Only tabs of calls have groups.
  if (pane !== 'list' && (binding.name === 'group' || binding.name === 'order')) press('2');
  // Only a profile has an icicle.
  if (binding.name === 'icicle') {
    await waitUntil(() => browser.detail.trace !== undefined);
    browser.detail.trace = { ...browser.detail.trace!, profiles: { cpu: ORDERS_PROFILE } };
    press('7');
  }
  // Only a request that waited has another one that blocked it.
  if (binding.name === 'blocker') {
    await waitUntil(() => browser.detail.trace?.id === browser.state.list.selected);
    const trace = browser.detail.trace!;
    const wait = { ...trace.spans[0]!, kind: 'blocked' as const, detail: { trace: traces[0]!.id } };
    browser.detail.trace = { ...trace, spans: [...trace.spans, wait] };
  }
  // Only the timeline has a time to zoom.
  if (binding.name === 'zoomIn' || binding.name === 'zoomOut') press('9');
  if (binding.name === 'zoomOut') press('+');
  // Closer than it was recorded nothing is.
  if (binding.name === 'closer') press(']');
  if (binding.name === 'filters') press('/', 'n', '1', 'enter');
  if (binding.name === `tab${browser.state.detail.tab}`) press('1');
  const before = JSON.stringify(browser.state);
  const changed = () => JSON.stringify(browser.state) !== before || terminal.calls.length > 0;
  press(key);
  await waitUntil(changed);
  const done = changed() && browser.state.notice?.role !== 'warn';
  browser.close();
  return done;
}

test('every binding has an effect in each of its panes', async (t) => {
  for (const binding of BINDINGS) {
    for (const pane of PANES.filter((candidate) => isBoundIn(binding, candidate))) {
      for (const key of binding.keys)
        t.equal(await hasEffect(binding, key, pane), true, `${key} (${binding.name}) in the ${pane}`);
    }
  }
});

/** Browser of a feed that only reads, with the focus on a pane. */
function browserWithoutApp(pane: Pane) {
  const feed = new MemoryFeed([...traces]);
  for (const capability of ['replay', 'record', 'restart', 'explain', 'tryLoop', 'watch'] as const)
    Object.defineProperty(feed, capability, { value: undefined });
  feed.state = { ...feed.state, live: false };
  const { browser, press } = createBrowser(feed, { columns: 300, rows: 30 });
  press('j', 'enter', '2');
  browser.dispatch({ type: 'at', pane, index: 1 });
  return browser;
}

test('without an app a key has an effect or a reason, and the footer omits keys without effect', async (t) => {
  for (const pane of PANES) {
    const shown = browserWithoutApp(pane);
    const footer = rowsOf(shown).at(-1)!;
    shown.close();
    for (const binding of BINDINGS.filter(
      (candidate) => isBoundIn(candidate, pane) && candidate.keys.length > 0,
    )) {
      const browser = browserWithoutApp(pane);
      browser.press(binding.keys[0]!);
      // All that the feed answers, it has answered by then.
      await new Promise((resolve) => setImmediate(resolve));
      const reason = browser.state.notice?.role === 'warn' ? browser.state.notice.text : undefined;
      if (binding.hint && footer.includes(` ${binding.hint}  `))
        t.equal(reason, undefined, `${binding.name} in the ${pane} is in the footer`);
      if (/^(?:replay|profile|record|restart|explain|tryLoop|verify|watch|output|tell)$/.test(binding.name))
        t.match(reason, /scooby run/, `${binding.name} in the ${pane}`);
      browser.close();
    }
  }
});

test('no key has two bindings in a pane', (t) => {
  t.equal(bindingConflict(BINDINGS), undefined);
  t.end();
});

test('footer and help list the bindings of the pane', (t) => {
  for (const pane of PANES) {
    const state = { ...initialState(300, 40), focus: pane };
    const foot = lineText(footerLine(BINDINGS, state, 300))
      .trim()
      .split(/\s{2,}/);
    t.ok(foot.length >= 8, foot.join('|'));
    const hints = BINDINGS.filter((binding) => isBoundIn(binding, pane)).map((binding) => binding.hint);
    for (const piece of foot) t.ok(hints.includes(piece.split(' ').slice(1).join(' ')), piece);
    const help = menuItems({ kind: 'menu', menu: 'help', input: '', at: 0, top: 0 }, state, BINDINGS);
    const keys = help.filter(({ key }) => key !== 'filter' && key !== 'badge');
    t.equal(keys.length, BINDINGS.filter((binding) => isBoundIn(binding, pane)).length);
    t.equal(
      help.some(({ key, label }) => key === 'badge' && label === 'N+1'),
      pane === 'list',
    );
  }
  t.end();
});

test('help and quit stay in a narrow footer', (t) => {
  const state = initialState(60, 15);
  t.equal(
    lineText(footerLine(BINDINGS, state, 60)),
    ' ↵ open  / filter  s sort  v view  m mark    ? help  q quit',
  );
  t.equal(lineText(footerLine(BINDINGS, state, 24)), ' ↵ open  ? help  q quit');
  t.equal(lineText(footerLine(BINDINGS, { ...state, ascii: true }, 28)), ' Enter open  ? help  q quit');
  t.end();
});

test('every item of help and palette has an effect', async (t) => {
  for (const menu of ['help', 'palette'] as const) {
    const { browser } = browserInTheMiddle('list');
    const { length } = menuItems({ kind: 'menu', menu, input: '', at: 0, top: 0 }, browser.state, BINDINGS);
    browser.close();
    for (let at = 0; at < length; at++) {
      const setup = browserInTheMiddle('list');
      setup.browser.dispatch({ type: 'menu', menu });
      setup.browser.state = {
        ...setup.browser.state,
        popup: { kind: 'menu', menu, input: '', at, top: 0 },
      };
      const { label } = setup.browser.viewModel().items[at]!;
      const before = JSON.stringify({ ...setup.browser.state, popup: undefined });
      const changed = () =>
        JSON.stringify({ ...setup.browser.state, popup: undefined }) !== before ||
        setup.terminal.calls.length > 0 ||
        (setup.browser.state.popup !== undefined && setup.browser.state.popup.kind !== 'menu') ||
        (setup.browser.state.popup?.kind === 'menu' && setup.browser.state.popup.menu !== menu);
      setup.press('enter');
      const isCurrent = /tab Timeline|time, newest first|the keys|every command/.test(label);
      if (!isCurrent) await waitUntil(changed);
      t.pass(`${menu}: ${label}`);
      setup.browser.close();
    }
  }
});

test('printable keys insert their character, others nothing', (t) => {
  t.same(['a', 'space', '日', 'up', 'ctrl+a', '\x01', 'enter'].map(typedText), [
    'a',
    ' ',
    '日',
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  t.equal(findBinding(BINDINGS, 'q', 'list')?.name, 'quitList');
  t.equal(findBinding(BINDINGS, 'q', 'text')?.name, 'pop');
  t.equal(findBinding(BINDINGS, 'X', 'list'), undefined);
  t.end();
});
