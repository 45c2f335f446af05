/** The state after an action: no terminal, no clock, no data. */

import { moveCursor, settleCursor } from './cursor.js';
import { reduceOutput } from './reduce-output.js';
import { reducePopup } from './reduce-popup.js';
import { reducePrompt } from './reduce-prompt.js';
import { type Action, LIST_VIEWS, type ListState, type Pane, type State, type ViewFacts } from './state.js';

const TOP = { at: 0, top: 0 };

function inList(state: State, list: Partial<ListState>): State {
  return { ...state, list: { ...state.list, ...list } };
}

function inDetail(state: State, detail: Partial<State['detail']>): State {
  return { ...state, detail: { ...state.detail, ...detail } };
}

/** Stops following: the rows stay as they are, whatever comes. */
function held(state: State, facts: ViewFacts): State {
  return state.list.follow ? inList(state, { follow: false, until: facts.now }) : state;
}

function following(state: State): State {
  const { until: _, ...list } = state.list;
  return { ...state, list: { ...list, follow: true, frozen: false, cursor: TOP } };
}

function moved(state: State, by: 'row' | 'half' | 'page' | 'end', n: 1 | -1, facts: ViewFacts): State {
  if (state.focus === 'list') {
    const cursor = moveCursor(state.list.cursor, by, n, facts.list.count, facts.list.height);
    const same = cursor.at === state.list.cursor.at;
    return inList(same ? state : held(state, facts), { cursor });
  }
  if (state.focus === 'table') {
    const table = moveCursor(state.detail.table, by, n, facts.table.count, facts.table.height);
    return inDetail(state, { table, text: table.at === state.detail.table.at ? state.detail.text : TOP });
  }
  return inDetail(state, { text: moveCursor(state.detail.text, by, n, facts.text.count, facts.text.height) });
}

/** Goes one level in: from the list to the table, from the table to its text. */
function opened(state: State, facts: ViewFacts): State {
  if (state.focus === 'list') return facts.list.count > 0 ? { ...state, focus: 'table' } : state;
  if (state.focus === 'table' && facts.text.count > 0) return { ...state, focus: 'text' };
  return state;
}

/** Undoes exactly one thing. */
function undone(state: State): State {
  if (state.detail.find !== '' && (state.focus === 'table' || state.focus === 'text'))
    return inDetail(state, { find: '' });
  if (state.zoom) return { ...state, zoom: false };
  if (state.focus === 'text') return { ...state, focus: 'table' };
  if (state.focus === 'table' || state.focus === 'output') return { ...state, focus: 'list' };
  if (state.list.filter !== '' || state.list.trouble) return filtered(state, '');
  if (state.list.onlyMarked) return inList(state, { onlyMarked: false, cursor: TOP });
  if (state.list.view !== 'all') return inList(state, { view: 'all', cursor: TOP });
  return state;
}

function filtered(state: State, filter: string): State {
  const { trouble: _, ...list } = state.list;
  return { ...state, list: { ...list, filter, cursor: TOP } };
}

function nextPane(state: State, n: 1 | -1, facts: ViewFacts): State {
  if (facts.panes === 1 && (state.focus === 'table' || state.focus === 'text'))
    return nextTab(state, n, facts);
  const held: Pane[] = ['list'];
  if (facts.list.count > 0) held.push('table');
  if (facts.list.count > 0 && facts.text.count > 0) held.push('text');
  if (state.output?.shown) held.push('output');
  const at = Math.max(0, held.indexOf(state.focus));
  return { ...state, focus: held[(at + n + held.length) % held.length]! };
}

function nextTab(state: State, n: 1 | -1, facts: ViewFacts): State {
  const at = facts.tabs.indexOf(state.detail.tab);
  return toTab(
    state,
    facts.tabs[(at + n + facts.tabs.length) % facts.tabs.length] ?? state.detail.tab,
    facts.panes,
  );
}

function toTab(state: State, tab: string, panes: number): State {
  // From a list that has the whole screen, a tab opens the request.
  const within = state.focus === 'output' ? 'list' : state.focus;
  const focus = within === 'text' || panes === 1 ? 'table' : within;
  if (tab === state.detail.tab) return { ...state, focus };
  return inDetail({ ...state, focus }, { tab, table: TOP, text: TOP });
}

function marked(state: State): State {
  const { selected, marks } = state.list;
  if (selected === undefined) return state;
  const had = marks.includes(selected);
  return inList(state, { marks: had ? marks.filter((id) => id !== selected) : [...marks, selected] });
}

function nextView(state: State): State {
  if (state.focus !== 'list')
    return inDetail(state, { grouped: !state.detail.grouped, table: TOP, text: TOP });
  const view = LIST_VIEWS[(LIST_VIEWS.indexOf(state.list.view) + 1) % LIST_VIEWS.length]!;
  const { selected: _, ...list } = state.list;
  return { ...state, list: { ...list, view, cursor: TOP } };
}

function toMatch(state: State, n: 1 | -1, facts: ViewFacts): State {
  const { matches, count, height } = facts.text;
  if (matches.length === 0) return state;
  const { at } = state.detail.text;
  const next = n > 0 ? matches.find((line) => line > at) : matches.findLast((line) => line < at);
  const to = next ?? (n > 0 ? matches[0]! : matches.at(-1)!);
  return inDetail(
    { ...state, focus: 'text' },
    { text: settleCursor({ at: to, top: state.detail.text.top }, count, height) },
  );
}

function sorted(state: State, by: State['list']['sort']['by']): State {
  return inList(state, { sort: { by, reverse: false }, cursor: TOP });
}

function requested(state: State, n: 1 | -1, facts: ViewFacts): State {
  const cursor = moveCursor(state.list.cursor, 'row', n, facts.list.count, facts.list.height);
  const next = inList(held(state, facts), { cursor });
  return inDetail(next, { table: TOP, text: TOP });
}

function resized(state: State, columns: number, rows: number): State {
  return { ...state, columns, rows };
}

/** Answers the state after an action; what reaches outside (copying, editing, quitting) changes nothing here. */
export function reduce(state: State, action: Action, facts: ViewFacts): State {
  return (
    reducePrompt(state, action) ??
    reducePopup(state, action, facts) ??
    reduceOutput(state, action, facts) ??
    reduceScreen(state, action, facts)
  );
}

function reduceScreen(state: State, action: Action, facts: ViewFacts): State {
  switch (action.type) {
    case 'size':
      return resized(state, action.columns, action.rows);
    case 'move':
      return moved(state, action.by, action.n, facts);
    case 'at':
      return pointed(state, action.pane, action.index, facts);
    case 'select': {
      const { selected: _, ...list } = state.list;
      const cursor = settleCursor({ ...list.cursor, at: action.index }, facts.list.count, facts.list.height);
      return { ...state, list: { ...list, ...(action.id ? { selected: action.id } : {}), cursor } };
    }
    case 'open':
      return opened(state, facts);
    case 'back':
      return undone(state);
    case 'pop':
      return state.focus === 'list' ? state : { ...state, focus: 'list', zoom: false };
    case 'pane':
      return nextPane(state, action.n, facts);
    case 'tab':
      return facts.list.count === 0 ? state : toTab(state, action.to, facts.panes);
    case 'nextTab':
      return nextTab(state, action.n, facts);
    case 'scroll': {
      const { count, height } = facts.text;
      const top = Math.max(0, Math.min(state.detail.text.top + action.n, count - height));
      return inDetail(state, { text: { at: Math.max(top, state.detail.text.at), top } });
    }
    case 'request':
      return requested(state, action.n, facts);
    case 'filter':
      return filtered(state, action.text);
    case 'route':
      return inList(filtered(state, action.filter), { view: 'all' });
    case 'match':
      return toMatch(state, action.n, facts);
    case 'sort':
      return sorted(state, action.by);
    case 'reverse':
      return reversed(state);
    case 'follow':
      return state.list.follow ? held(state, facts) : following(state);
    case 'hold':
      return inList(state, { follow: false, until: facts.now });
    case 'freeze':
      return state.list.frozen
        ? inList(state, { frozen: false })
        : inList(held(state, facts), { frozen: true });
    case 'mark':
      return marked(state);
    case 'onlyMarked':
      return inList(state, { onlyMarked: !state.list.onlyMarked, cursor: TOP });
    case 'view':
      return nextView(state);
    case 'libraries':
      return inDetail(state, { libraries: !state.detail.libraries });
    case 'wrap':
      return inDetail(state, { wrap: !state.detail.wrap });
    case 'zoom':
      return { ...state, zoom: !state.zoom };
    case 'mouse':
      return { ...state, mouse: !state.mouse };
    case 'saved':
      return { ...state, saved: action.saved };
    case 'notice':
      return { ...state, notice: { text: action.text, role: action.role } };
    default:
      return state;
  }
}

function reversed(state: State): State {
  if (state.focus === 'list')
    return inList(state, { sort: { ...state.list.sort, reverse: !state.list.sort.reverse }, cursor: TOP });
  return inDetail(state, { sorted: state.detail.sorted === 'total' ? 'start' : 'total', table: TOP });
}

function pointed(state: State, pane: Pane, index: number, facts: ViewFacts): State {
  const next = { ...state, focus: pane };
  if (pane === 'output') return next;
  if (pane === 'list') {
    const cursor = settleCursor({ ...state.list.cursor, at: index }, facts.list.count, facts.list.height);
    return inList(held(next, facts), { cursor });
  }
  if (pane === 'table') {
    const table = settleCursor({ ...state.detail.table, at: index }, facts.table.count, facts.table.height);
    return inDetail(next, { table, text: TOP });
  }
  const text = settleCursor({ ...state.detail.text, at: index }, facts.text.count, facts.text.height);
  return inDetail(next, { text });
}
