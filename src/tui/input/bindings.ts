/** The keys, as data: this one table dispatches them, and makes the help, the footer and the palette. */

import { PANELS } from '../panels/index.js';
import type { Action, Pane } from '../state/state.js';

/** Where a key works: in one pane, in both panes of a request's detail, or everywhere. */
export type BindingScope = Pane | 'detail' | 'everywhere';

export interface Binding {
  /** What the configuration and the palette call it. */
  name: string;
  keys: string[];
  where: BindingScope;
  /** One line for the help. */
  help: string;
  /** A word for the footer; without one it is only in the help. */
  hint?: string;
  action: Action;
}

/** Answers a line of the table; `keys` are separated by spaces. */
function on(
  where: BindingScope,
  name: string,
  keys: string,
  help: string,
  action: Action,
  hint?: string,
): Binding {
  return { name, keys: keys.split(' ').filter(Boolean), where, help, action, ...(hint ? { hint } : {}) };
}

const LIST: Binding[] = [
  on('list', 'open', 'enter l right', 'open the request', { type: 'open' }, 'open'),
  on(
    'list',
    'filter',
    '/',
    'filter: words, status>=400, n1, sql:users, !health',
    { type: 'prompt', kind: 'filter' },
    'filter',
  ),
  on('list', 'sort', 's', 'sort by …', { type: 'menu', menu: 'sort' }, 'sort'),
  on('list', 'view', 'v', 'view: all, by route, errors, N+1', { type: 'view' }, 'view'),
  on('list', 'mark', 'm', 'mark the request', { type: 'mark' }, 'mark'),
  on('list', 'reverse', 'S', 'turn the order around', { type: 'reverse' }),
  on('list', 'follow', 'F', 'follow new requests on or off', { type: 'follow' }),
  on('list', 'freeze', 'p', 'freeze the display on or off', { type: 'freeze' }),
  on('list', 'onlyMarked', 'M', 'show only marked requests', { type: 'onlyMarked' }),
  on('list', 'scrollDown', 'J', 'scroll the preview down', { type: 'scroll', n: 3 }),
  on('list', 'scrollUp', 'K', 'scroll the preview up', { type: 'scroll', n: -3 }),
  on('list', 'explainPreviewed', 'x', 'EXPLAIN the query in the preview', { type: 'explain' }),
  on('list', 'saveFilter', 'W', 'save the filter under a name', { type: 'prompt', kind: 'save' }),
  on('list', 'filters', 'f', 'saved filters', { type: 'menu', menu: 'filters' }),
];

const DETAIL: Binding[] = [
  on('table', 'into', 'enter l right', 'read its text and stack', { type: 'open' }, 'text'),
  on('text', 'openFrame', 'enter l right', 'open the stack frame in the editor', { type: 'edit' }),
  on('detail', 'group', 'v', 'grouped or one by one', { type: 'view' }, 'group'),
  on('detail', 'explain', 'x', 'EXPLAIN this query: its plan', { type: 'explain' }, 'plan'),
  on('detail', 'order', 'S s', 'order: by total time or as it happened', { type: 'reverse' }),
  on('detail', 'find', '/', 'find in the text', { type: 'prompt', kind: 'find' }, 'find'),
  on('detail', 'nextMatch', 'n', 'next match', { type: 'match', n: 1 }),
  on('detail', 'previousMatch', 'N', 'previous match', { type: 'match', n: -1 }),
  on('detail', 'nextRequest', 'J', 'next request, same tab', { type: 'request', n: 1 }, 'next'),
  on('detail', 'previousRequest', 'K', 'previous request, same tab', { type: 'request', n: -1 }),
  on('detail', 'libraries', 'i', 'show or hide library frames', { type: 'libraries' }),
];

const OUTPUT: Binding[] = [
  on('output', 'findOutput', '/', 'find in the output', { type: 'prompt', kind: 'find' }, 'find'),
  on('output', 'nextInOutput', 'n', 'next match', { type: 'match', n: 1 }),
  on('output', 'previousInOutput', 'N', 'previous match', { type: 'match', n: -1 }),
  on('output', 'followOutput', 'F', 'follow the newest line on or off', { type: 'follow' }, 'follow'),
  on('output', 'tell', 'i', 'type a line to the app', { type: 'prompt', kind: 'tell' }, 'type to the app'),
  on('output', 'leaveOutput', 'q', 'back to the list', { type: 'pop' }, 'back'),
];

const EVERYWHERE: Binding[] = [
  on('everywhere', 'edit', 'e', 'open the line in the editor', { type: 'edit' }, 'editor'),
  on('everywhere', 'copy', 'y', 'copy …', { type: 'menu', menu: 'copy' }, 'copy'),
  on(
    'everywhere',
    'replay',
    'r',
    'send the request again (asks first unless GET)',
    { type: 'replay' },
    'replay',
  ),
  on('everywhere', 'editReplay', 'R', 'edit the URL, then send the request again', {
    type: 'prompt',
    kind: 'url',
  }),
  on('everywhere', 'diff', 'd', 'compare with the marked request', { type: 'diff' }, 'diff'),
  on('everywhere', 'openUrl', 'o', 'open the URL in the browser', { type: 'openUrl' }),
  on(
    'everywhere',
    'nextPane',
    'tab',
    'next pane, or next tab when there is one pane',
    { type: 'pane', n: 1 },
    'pane',
  ),
  on('everywhere', 'previousPane', 'shift+tab', 'previous pane or tab', { type: 'pane', n: -1 }),
  on('everywhere', 'nextTab', ']', 'next tab', { type: 'nextTab', n: 1 }),
  on('everywhere', 'previousTab', '[', 'previous tab', { type: 'nextTab', n: -1 }),
  ...PANELS.map(({ title, key }) =>
    on('everywhere', `tab${title}`, key, `tab ${title}`, { type: 'tab', to: title }),
  ),
  on('everywhere', 'zoom', 'z +', 'zoom the pane', { type: 'zoom' }, 'zoom'),
  on('everywhere', 'wrap', 'w', 'wrap long lines', { type: 'wrap' }),
  on('everywhere', 'output', 'O', "show or hide the app's output", { type: 'output' }, 'output'),
  on('everywhere', 'record', 't', 'recording: all, marked, off', { type: 'menu', menu: 'record' }),
  on('everywhere', 'restart', 'ctrl+r', 'start the app again', { type: 'restart' }),
  on('everywhere', 'mouse', '', 'mouse on or off', { type: 'mouse' }),
  on(
    'everywhere',
    'palette',
    ': ctrl+p',
    'every command, by name',
    { type: 'menu', menu: 'palette' },
    'command',
  ),
  on('everywhere', 'help', '? f1', 'the keys', { type: 'menu', menu: 'help' }, 'help'),
  on('everywhere', 'redraw', 'ctrl+l', 'draw everything again', { type: 'redraw' }),
  on('everywhere', 'suspend', 'ctrl+z', 'suspend; fg comes back', { type: 'suspend' }),
  on('everywhere', 'back', 'esc h left backspace', 'undo one thing', { type: 'back' }),
  on('list', 'quitList', 'q', 'quit', { type: 'quit' }, 'quit'),
  on('detail', 'pop', 'q', 'back to the list', { type: 'pop' }, 'back'),
  on('everywhere', 'quit', 'Q ctrl+c', 'quit now', { type: 'quit' }),
];

const MOVES: Binding[] = [
  on('everywhere', 'down', 'j down', 'next row', { type: 'move', by: 'row', n: 1 }),
  on('everywhere', 'up', 'k up', 'previous row', { type: 'move', by: 'row', n: -1 }),
  on('everywhere', 'pageDown', 'pagedown space .', 'a page down', { type: 'move', by: 'page', n: 1 }),
  on('everywhere', 'pageUp', 'pageup ,', 'a page up', { type: 'move', by: 'page', n: -1 }),
  on('everywhere', 'halfDown', 'ctrl+d', 'half a page down', { type: 'move', by: 'half', n: 1 }),
  on('everywhere', 'halfUp', 'ctrl+u', 'half a page up', { type: 'move', by: 'half', n: -1 }),
  on('everywhere', 'first', 'g home <', 'first row', { type: 'move', by: 'end', n: -1 }),
  on('everywhere', 'last', 'G end >', 'last row', { type: 'move', by: 'end', n: 1 }),
];

/** Every key of the browser. */
export const BINDINGS: Binding[] = [...LIST, ...DETAIL, ...OUTPUT, ...EVERYWHERE, ...MOVES];
