/** The keys, as data: this one table dispatches them, and makes the help, the footer and the palette. */

import type { Action, Pane, State } from './state.js';

/** Where a key works: in one pane, in both panes of the detail, or everywhere. */
export type Where = Pane | 'detail' | 'everywhere';

export interface Binding {
  /** What the configuration and the palette call it. */
  name: string;
  keys: string[];
  where: Where;
  /** One line for the help. */
  help: string;
  /** A word for the footer; without one it is only in the help. */
  hint?: string;
  action: Action;
}

const TABS: [key: string, title: string][] = [
  ['1', 'Overview'],
  ['2', 'SQL'],
  ['3', 'Cache'],
  ['4', 'RPC'],
  ['5', 'HTTP'],
  ['6', 'Logs'],
  ['7', 'CPU'],
  ['8', 'Headers'],
  ['9', 'Timeline'],
];

const moves: Binding[] = [
  {
    name: 'down',
    keys: ['j', 'down'],
    where: 'everywhere',
    help: 'next row',
    action: { type: 'move', by: 'row', n: 1 },
  },
  {
    name: 'up',
    keys: ['k', 'up'],
    where: 'everywhere',
    help: 'previous row',
    action: { type: 'move', by: 'row', n: -1 },
  },
  {
    name: 'pageDown',
    keys: ['pagedown', 'space', '.'],
    where: 'everywhere',
    help: 'a page down',
    action: { type: 'move', by: 'page', n: 1 },
  },
  {
    name: 'pageUp',
    keys: ['pageup', ','],
    where: 'everywhere',
    help: 'a page up',
    action: { type: 'move', by: 'page', n: -1 },
  },
  {
    name: 'halfDown',
    keys: ['ctrl+d'],
    where: 'everywhere',
    help: 'half a page down',
    action: { type: 'move', by: 'half', n: 1 },
  },
  {
    name: 'halfUp',
    keys: ['ctrl+u'],
    where: 'everywhere',
    help: 'half a page up',
    action: { type: 'move', by: 'half', n: -1 },
  },
  {
    name: 'first',
    keys: ['g', 'home', '<'],
    where: 'everywhere',
    help: 'first row',
    action: { type: 'move', by: 'end', n: -1 },
  },
  {
    name: 'last',
    keys: ['G', 'end', '>'],
    where: 'everywhere',
    help: 'last row',
    action: { type: 'move', by: 'end', n: 1 },
  },
];

const list: Binding[] = [
  {
    name: 'open',
    keys: ['enter', 'l', 'right'],
    where: 'list',
    help: 'open the request',
    hint: 'open',
    action: { type: 'open' },
  },
  {
    name: 'filter',
    keys: ['/'],
    where: 'list',
    help: 'filter: words, status>=400, n1, sql:users, !health',
    hint: 'filter',
    action: { type: 'prompt', kind: 'filter' },
  },
  {
    name: 'view',
    keys: ['v'],
    where: 'list',
    help: 'view: all, by route, errors, N+1',
    hint: 'view',
    action: { type: 'view' },
  },
  {
    name: 'sort',
    keys: ['s'],
    where: 'list',
    help: 'sort by …',
    hint: 'sort',
    action: { type: 'menu', menu: 'sort' },
  },
  { name: 'reverse', keys: ['S'], where: 'list', help: 'turn the order around', action: { type: 'reverse' } },
  {
    name: 'follow',
    keys: ['F'],
    where: 'list',
    help: 'follow new requests on or off',
    hint: 'follow',
    action: { type: 'follow' },
  },
  {
    name: 'freeze',
    keys: ['p'],
    where: 'list',
    help: 'freeze the display on or off',
    action: { type: 'freeze' },
  },
  {
    name: 'mark',
    keys: ['m'],
    where: 'list',
    help: 'mark the request',
    hint: 'mark',
    action: { type: 'mark' },
  },
  {
    name: 'onlyMarked',
    keys: ['M'],
    where: 'list',
    help: 'show only marked requests',
    action: { type: 'onlyMarked' },
  },
  {
    name: 'scrollDown',
    keys: ['J'],
    where: 'list',
    help: 'scroll the preview down',
    action: { type: 'scroll', n: 3 },
  },
  {
    name: 'scrollUp',
    keys: ['K'],
    where: 'list',
    help: 'scroll the preview up',
    action: { type: 'scroll', n: -3 },
  },
  {
    name: 'saveFilter',
    keys: ['W'],
    where: 'list',
    help: 'save the filter under a name',
    action: { type: 'prompt', kind: 'save' },
  },
  {
    name: 'filters',
    keys: ['f'],
    where: 'list',
    help: 'saved filters',
    action: { type: 'menu', menu: 'filters' },
  },
];

const detail: Binding[] = [
  {
    name: 'into',
    keys: ['enter', 'l', 'right'],
    where: 'table',
    help: 'read its text and stack',
    hint: 'text',
    action: { type: 'open' },
  },
  {
    name: 'openFrame',
    keys: ['enter', 'l', 'right'],
    where: 'text',
    help: 'open the stack frame in the editor',
    action: { type: 'edit' },
  },
  {
    name: 'group',
    keys: ['v'],
    where: 'detail',
    help: 'grouped or one by one',
    hint: 'group',
    action: { type: 'view' },
  },
  {
    name: 'order',
    keys: ['S', 's'],
    where: 'detail',
    help: 'order: by total time or as it happened',
    action: { type: 'reverse' },
  },
  {
    name: 'find',
    keys: ['/'],
    where: 'detail',
    help: 'find in the text',
    hint: 'find',
    action: { type: 'prompt', kind: 'find' },
  },
  { name: 'nextMatch', keys: ['n'], where: 'detail', help: 'next match', action: { type: 'match', n: 1 } },
  {
    name: 'previousMatch',
    keys: ['N'],
    where: 'detail',
    help: 'previous match',
    action: { type: 'match', n: -1 },
  },
  {
    name: 'nextRequest',
    keys: ['J'],
    where: 'detail',
    help: 'next request, same tab',
    hint: 'next',
    action: { type: 'request', n: 1 },
  },
  {
    name: 'previousRequest',
    keys: ['K'],
    where: 'detail',
    help: 'previous request, same tab',
    action: { type: 'request', n: -1 },
  },
  {
    name: 'libraries',
    keys: ['i'],
    where: 'detail',
    help: 'show or hide library frames',
    action: { type: 'libraries' },
  },
  { name: 'explain', keys: ['x'], where: 'detail', help: 'EXPLAIN this query', action: { type: 'explain' } },
];

const everywhere: Binding[] = [
  {
    name: 'edit',
    keys: ['e'],
    where: 'everywhere',
    help: 'open the line in the editor',
    hint: 'editor',
    action: { type: 'edit' },
  },
  {
    name: 'copy',
    keys: ['y'],
    where: 'everywhere',
    help: 'copy …',
    hint: 'copy',
    action: { type: 'menu', menu: 'copy' },
  },
  {
    name: 'replay',
    keys: ['r'],
    where: 'everywhere',
    help: 'send the request again (asks first unless GET)',
    hint: 'replay',
    action: { type: 'replay' },
  },
  {
    name: 'editReplay',
    keys: ['R'],
    where: 'everywhere',
    help: 'edit the URL, then send the request again',
    action: { type: 'prompt', kind: 'url' },
  },
  {
    name: 'diff',
    keys: ['d'],
    where: 'everywhere',
    help: 'compare with the marked request',
    hint: 'diff',
    action: { type: 'diff' },
  },
  {
    name: 'openUrl',
    keys: ['o'],
    where: 'everywhere',
    help: 'open the URL in the browser',
    action: { type: 'openUrl' },
  },
  {
    name: 'nextPane',
    keys: ['tab'],
    where: 'everywhere',
    help: 'next pane, or next tab when there is one pane',
    hint: 'pane',
    action: { type: 'pane', n: 1 },
  },
  {
    name: 'previousPane',
    keys: ['shift+tab'],
    where: 'everywhere',
    help: 'previous pane or tab',
    action: { type: 'pane', n: -1 },
  },
  { name: 'nextTab', keys: [']'], where: 'everywhere', help: 'next tab', action: { type: 'nextTab', n: 1 } },
  {
    name: 'previousTab',
    keys: ['['],
    where: 'everywhere',
    help: 'previous tab',
    action: { type: 'nextTab', n: -1 },
  },
  ...TABS.map(
    ([key, title]): Binding => ({
      name: `tab${title}`,
      keys: [key],
      where: 'everywhere',
      help: `tab ${title}`,
      action: { type: 'tab', to: title },
    }),
  ),
  {
    name: 'zoom',
    keys: ['z', '+'],
    where: 'everywhere',
    help: 'zoom the pane',
    hint: 'zoom',
    action: { type: 'zoom' },
  },
  { name: 'wrap', keys: ['w'], where: 'everywhere', help: 'wrap long lines', action: { type: 'wrap' } },
  {
    name: 'record',
    keys: ['t'],
    where: 'everywhere',
    help: 'recording: all, marked, off',
    action: { type: 'menu', menu: 'record' },
  },
  {
    name: 'restart',
    keys: ['ctrl+r'],
    where: 'everywhere',
    help: 'start the app again',
    action: { type: 'restart' },
  },
  { name: 'mouse', keys: [], where: 'everywhere', help: 'mouse on or off', action: { type: 'mouse' } },
  {
    name: 'palette',
    keys: [':', 'ctrl+p'],
    where: 'everywhere',
    help: 'every command, by name',
    hint: 'command',
    action: { type: 'menu', menu: 'palette' },
  },
  {
    name: 'help',
    keys: ['?', 'f1'],
    where: 'everywhere',
    help: 'the keys',
    hint: 'help',
    action: { type: 'menu', menu: 'help' },
  },
  {
    name: 'redraw',
    keys: ['ctrl+l'],
    where: 'everywhere',
    help: 'draw everything again',
    action: { type: 'redraw' },
  },
  {
    name: 'suspend',
    keys: ['ctrl+z'],
    where: 'everywhere',
    help: 'suspend; fg comes back',
    action: { type: 'suspend' },
  },
  {
    name: 'back',
    keys: ['esc', 'h', 'left', 'backspace'],
    where: 'everywhere',
    help: 'undo one thing',
    action: { type: 'back' },
  },
  { name: 'quitList', keys: ['q'], where: 'list', help: 'quit', hint: 'quit', action: { type: 'quit' } },
  {
    name: 'pop',
    keys: ['q'],
    where: 'detail',
    help: 'back to the list',
    hint: 'back',
    action: { type: 'pop' },
  },
  { name: 'quit', keys: ['Q', 'ctrl+c'], where: 'everywhere', help: 'quit now', action: { type: 'quit' } },
];

/** Every key of the browser. */
export const BINDINGS: Binding[] = [...list, ...detail, ...everywhere, ...moves];

/** Answers whether a binding works in a pane. */
export function worksIn(binding: Binding, pane: Pane): boolean {
  if (binding.where === 'everywhere' || binding.where === pane) return true;
  return binding.where === 'detail' && pane !== 'list';
}

/** Answers what a key does in a pane. */
export function bindingOf(bindings: Binding[], key: string, pane: Pane): Binding | undefined {
  return bindings.find((binding) => binding.keys.includes(key) && worksIn(binding, pane));
}

const PROMPT: Record<string, Action> = {
  enter: { type: 'accept' },
  esc: { type: 'back' },
  'ctrl+c': { type: 'quit' },
  backspace: { type: 'erase', what: 'char' },
  delete: { type: 'erase', what: 'char' },
  'ctrl+d': { type: 'erase', what: 'next' },
  'ctrl+w': { type: 'erase', what: 'word' },
  'ctrl+u': { type: 'erase', what: 'line' },
  left: { type: 'caret', n: -1 },
  right: { type: 'caret', n: 1 },
  home: { type: 'caret', n: -10_000 },
  'ctrl+a': { type: 'caret', n: -10_000 },
  end: { type: 'caret', n: 10_000 },
  'ctrl+e': { type: 'caret', n: 10_000 },
  up: { type: 'past', n: 1 },
  down: { type: 'past', n: -1 },
};

const POPUP: Record<string, Action> = {
  esc: { type: 'close' },
  'ctrl+c': { type: 'quit' },
  up: { type: 'move', by: 'row', n: -1 },
  down: { type: 'move', by: 'row', n: 1 },
  'ctrl+p': { type: 'move', by: 'row', n: -1 },
  'ctrl+n': { type: 'move', by: 'row', n: 1 },
  pageup: { type: 'move', by: 'page', n: -1 },
  pagedown: { type: 'move', by: 'page', n: 1 },
  home: { type: 'move', by: 'end', n: -1 },
  end: { type: 'move', by: 'end', n: 1 },
  backspace: { type: 'erase', what: 'char' },
  delete: { type: 'erase', what: 'char' },
  'ctrl+u': { type: 'erase', what: 'line' },
};

/** Answers what a key does to the line being typed; a printable one types itself. */
export function promptAction(key: string): Action | undefined {
  return PROMPT[key];
}

/** Answers what a key does to a box over the screen, where it does not choose or type. */
export function popupAction(state: State, key: string): Action | undefined {
  const { popup } = state;
  if (popup?.kind === 'text') {
    const reading = { j: 'down', k: 'up', space: 'pagedown', g: 'home', G: 'end', q: 'esc', enter: 'esc' }[
      key
    ];
    return POPUP[reading ?? key];
  }
  return POPUP[key];
}
