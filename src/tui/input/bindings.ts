/** Table of key bindings, from which dispatch, help, footer and palette are derived. */

import { PANELS } from '../panels/index.js';
import type { Action, Pane } from '../state/state.js';

/** Panes in which a key works; `detail` is the table and the text of a request. */
export type BindingScope = Pane | 'detail' | 'everywhere';

export interface Binding {
  /** Name in the configuration and the palette. */
  name: string;
  keys: string[];
  where: BindingScope;
  /** Line in the help. */
  help: string;
  /** Label in the footer; without a label the binding is only in the help. */
  hint?: string;
  action: Action;
}

/** Row of the table; `keys` are separated by spaces. */
function bind(
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
  bind('list', 'open', 'enter l right', 'open the request', { type: 'open' }, 'open'),
  bind(
    'list',
    'filter',
    '/',
    'filter: words, status>=400, n1, sql:users, !health',
    { type: 'prompt', kind: 'filter' },
    'filter',
  ),
  bind('list', 'sort', 's', 'sort by …', { type: 'menu', menu: 'sort' }, 'sort'),
  bind('list', 'view', 'v', 'view: all, by route, errors, N+1', { type: 'view' }, 'view'),
  bind('list', 'mark', 'm', 'mark the request', { type: 'mark' }, 'mark'),
  bind('list', 'reverse', 'S', 'turn the order around', { type: 'reverse' }),
  bind('list', 'follow', 'F', 'follow new requests on or off', { type: 'follow' }),
  bind('list', 'freeze', 'p', 'freeze the display on or off', { type: 'freeze' }),
  bind('list', 'onlyMarked', 'M', 'show only marked requests', { type: 'onlyMarked' }),
  bind('list', 'scrollDown', 'J', 'scroll the preview down', { type: 'scroll', n: 3 }),
  bind('list', 'scrollUp', 'K', 'scroll the preview up', { type: 'scroll', n: -3 }),
  bind('list', 'explainPreviewed', 'x', 'EXPLAIN the query in the preview', { type: 'explain' }),
  bind('list', 'saveFilter', 'W', 'save the filter under a name', { type: 'prompt', kind: 'save' }),
  bind('list', 'filters', 'f', 'saved filters', { type: 'menu', menu: 'filters' }),
];

const DETAIL: Binding[] = [
  bind('table', 'into', 'enter', 'read its text and stack; in an icicle, zoom', { type: 'open' }, 'text'),
  bind('table', 'right', 'l right', 'read its text; in an icicle, the frame beside it', {
    type: 'side',
    n: 1,
  }),
  bind('detail', 'icicle', 'f', 'profile: functions or icicle', { type: 'icicle' }, 'icicle'),
  bind('text', 'openFrame', 'enter l right', 'open the stack frame in the editor', { type: 'edit' }),
  bind('detail', 'group', 'v', 'grouped or one by one', { type: 'view' }, 'group'),
  bind('detail', 'explain', 'x', 'EXPLAIN this query: its plan', { type: 'explain' }, 'plan'),
  bind('detail', 'locals', 'L', "send the request again, and read this call's variables", {
    type: 'replay',
    with: 'locals',
  }),
  bind('detail', 'order', 'S s', 'order: by total time or as it happened', { type: 'reverse' }),
  bind('detail', 'find', '/', 'find in the text', { type: 'prompt', kind: 'find' }, 'find'),
  bind('detail', 'nextMatch', 'n', 'next match', { type: 'match', n: 1 }),
  bind('detail', 'previousMatch', 'N', 'previous match', { type: 'match', n: -1 }),
  bind('detail', 'nextRequest', 'J', 'next request, same tab', { type: 'request', n: 1 }, 'next'),
  bind('detail', 'previousRequest', 'K', 'previous request, same tab', { type: 'request', n: -1 }),
  bind(
    'detail',
    'zoomIn',
    '+ =',
    'timeline: closer to the selected call',
    { type: 'zoomTime', n: 1 },
    'closer',
  ),
  bind('detail', 'zoomOut', '-', 'timeline: more of the time', { type: 'zoomTime', n: -1 }),
  bind('detail', 'libraries', 'i', 'show or hide library frames', { type: 'libraries' }),
];

const OUTPUT: Binding[] = [
  bind('output', 'findOutput', '/', 'find in the output', { type: 'prompt', kind: 'find' }, 'find'),
  bind('output', 'nextInOutput', 'n', 'next match', { type: 'match', n: 1 }),
  bind('output', 'previousInOutput', 'N', 'previous match', { type: 'match', n: -1 }),
  bind('output', 'followOutput', 'F', 'follow the newest line on or off', { type: 'follow' }, 'follow'),
  bind('output', 'tell', 'i', 'type a line to the app', { type: 'prompt', kind: 'tell' }, 'type to the app'),
  bind('output', 'leaveOutput', 'q', 'back to the list', { type: 'pop' }, 'back'),
];

const EVERYWHERE: Binding[] = [
  bind('everywhere', 'edit', 'e', 'open the line in the editor', { type: 'edit' }, 'editor'),
  bind('everywhere', 'copy', 'y', 'copy …', { type: 'menu', menu: 'copy' }, 'copy'),
  bind('everywhere', 'saveFile', 'Y', 'save the request, or the list, to a file …', {
    type: 'menu',
    menu: 'save',
  }),
  bind(
    'everywhere',
    'replay',
    'r',
    'send the request again (asks first unless GET)',
    { type: 'replay' },
    'replay',
  ),
  bind('everywhere', 'profile', 'P', 'send the request again, with a CPU profile', {
    type: 'replay',
    with: 'profile',
  }),
  bind('everywhere', 'editReplay', 'R', 'edit the URL, then send the request again', {
    type: 'prompt',
    kind: 'url',
  }),
  bind('everywhere', 'tryLoop', 'T', 'try the one query in place of a loop, on the database', {
    type: 'tryLoop',
  }),
  bind('everywhere', 'verify', 'V', 'send it again: are its findings gone?', { type: 'verify' }),
  bind('everywhere', 'watch', 'A', 'verify again after every restart of the app, on or off', {
    type: 'watch',
  }),
  bind('everywhere', 'diff', 'd', 'compare with the marked request', { type: 'diff' }, 'diff'),
  bind('everywhere', 'blocker', 'b', 'the request that kept this one waiting; esc comes back', {
    type: 'blocker',
  }),
  bind('everywhere', 'openPage', 'o', 'open this in the web browser', { type: 'openPage' }),
  bind('everywhere', 'openUrl', 'U', 'open the URL of the request in the web browser', { type: 'openUrl' }),
  bind(
    'everywhere',
    'nextPane',
    'tab',
    'next pane, or next tab when there is one pane',
    { type: 'pane', n: 1 },
    'pane',
  ),
  bind('everywhere', 'previousPane', 'shift+tab', 'previous pane or tab', { type: 'pane', n: -1 }),
  bind('everywhere', 'further', ']', 'what if its database, cache and services were further away', {
    type: 'latency',
    n: 1,
  }),
  bind('everywhere', 'closer', '[', '… and closer again', { type: 'latency', n: -1 }),
  bind('everywhere', 'nextTab', '}', 'next tab', { type: 'nextTab', n: 1 }),
  bind('everywhere', 'previousTab', '{', 'previous tab', { type: 'nextTab', n: -1 }),
  ...PANELS.map(({ title, key }) =>
    bind('everywhere', `tab${title}`, key, `tab ${title}`, { type: 'tab', to: title }),
  ),
  bind('everywhere', 'zoom', 'z', 'zoom the pane', { type: 'zoom' }, 'zoom'),
  bind('everywhere', 'wrap', 'w', 'wrap long lines', { type: 'wrap' }),
  bind('everywhere', 'output', 'O', "show or hide the app's output", { type: 'output' }, 'output'),
  bind('everywhere', 'record', 't', 'recording: all, marked, off', { type: 'menu', menu: 'record' }),
  bind('everywhere', 'clear', 'C', 'clear: only this list, or the store', { type: 'menu', menu: 'clear' }),
  bind('everywhere', 'restart', 'ctrl+r', 'start the app again', { type: 'restart' }),
  bind('everywhere', 'mouse', '', 'mouse on or off', { type: 'mouse' }),
  bind(
    'everywhere',
    'palette',
    ': ctrl+p',
    'every command, by name',
    { type: 'menu', menu: 'palette' },
    'command',
  ),
  bind('everywhere', 'help', '? f1', 'the keys', { type: 'menu', menu: 'help' }, 'help'),
  bind('everywhere', 'redraw', 'ctrl+l', 'draw everything again', { type: 'redraw' }),
  bind('everywhere', 'suspend', 'ctrl+z', 'suspend; fg comes back', { type: 'suspend' }),
  bind('everywhere', 'back', 'esc backspace', 'undo one thing', { type: 'back' }),
  bind('everywhere', 'left', 'h left', 'back; in an icicle, the frame beside it', { type: 'side', n: -1 }),
  bind('list', 'quitList', 'q', 'quit', { type: 'quit' }, 'quit'),
  bind('detail', 'pop', 'q', 'back to the list', { type: 'pop' }, 'back'),
  bind('everywhere', 'quit', 'Q ctrl+c', 'quit now', { type: 'quit' }),
];

const MOVES: Binding[] = [
  bind('everywhere', 'down', 'j down', 'next row', { type: 'move', by: 'row', n: 1 }),
  bind('everywhere', 'up', 'k up', 'previous row', { type: 'move', by: 'row', n: -1 }),
  bind('everywhere', 'pageDown', 'pagedown space .', 'a page down', { type: 'move', by: 'page', n: 1 }),
  bind('everywhere', 'pageUp', 'pageup ,', 'a page up', { type: 'move', by: 'page', n: -1 }),
  bind('everywhere', 'halfDown', 'ctrl+d', 'half a page down', { type: 'move', by: 'half', n: 1 }),
  bind('everywhere', 'halfUp', 'ctrl+u', 'half a page up', { type: 'move', by: 'half', n: -1 }),
  bind('everywhere', 'first', 'g home <', 'first row', { type: 'move', by: 'end', n: -1 }),
  bind('everywhere', 'last', 'G end >', 'last row', { type: 'move', by: 'end', n: 1 }),
];

/** Every key of the browser. */
export const BINDINGS: Binding[] = [...LIST, ...DETAIL, ...OUTPUT, ...EVERYWHERE, ...MOVES];
