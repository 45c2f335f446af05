/** Reducer of the browser's state: pure, without terminal, clock or feed. */

import type { Sort } from '../../feed/feed.js';
import { nextLatency } from '../../screens/latency-steps.js';
import { LIST_VIEWS } from '../../screens/list-query.js';
import { moveCursor, settleCursor } from './cursor.js';
import { goToMatch } from './go-to-match.js';
import { reduceOutput } from './reduce-output.js';
import { reducePopup } from './reduce-popup.js';
import { reducePrompt } from './reduce-prompt.js';
import type { Action, ListState, Pane, RouteKey, RoutesOrigin, State, ViewFacts } from './state.js';
import { leaveVisit, visit } from './visits.js';

const TOP = { at: 0, top: 0 };

function withList(state: State, list: Partial<ListState>): State {
  return { ...state, list: { ...state.list, ...list } };
}

function withDetail(state: State, detail: Partial<State['detail']>): State {
  return { ...state, detail: { ...state.detail, ...detail } };
}

/** Stops following: requests that start later than now are not listed. */
function hold(state: State, facts: ViewFacts): State {
  return state.list.follow ? withList(state, { follow: false, until: facts.now }) : state;
}

function follow(state: State): State {
  const { until: _, ...list } = state.list;
  return { ...state, list: { ...list, follow: true, frozen: false, cursor: TOP } };
}

function move(state: State, by: 'row' | 'half' | 'page' | 'end', n: 1 | -1, facts: ViewFacts): State {
  if (state.focus === 'list') {
    const cursor = moveCursor(state.list.cursor, by, n, facts.list.count, facts.list.height);
    const isSameRow = cursor.at === state.list.cursor.at;
    return withList(isSameRow ? state : hold(state, facts), { cursor });
  }
  if (state.focus === 'table') {
    const table = moveCursor(state.detail.table, by, n, facts.table.count, facts.table.height);
    return withDetail(state, { table, text: table.at === state.detail.table.at ? state.detail.text : TOP });
  }
  return withDetail(state, {
    text: moveCursor(state.detail.text, by, n, facts.text.count, facts.text.height),
  });
}

/** Moves a pane's row without giving it the focus. */
function turnWheel(state: State, pane: Pane, n: 1 | -1, facts: ViewFacts): State {
  const moved = reduce({ ...state, focus: pane }, { type: 'move', by: 'row', n }, facts);
  return { ...moved, focus: state.focus };
}

/** Moves the focus one level in: from the list to the table, from the table to its text. */
function open(state: State, facts: ViewFacts): State {
  if (state.focus === 'list') return facts.list.count > 0 ? { ...state, focus: 'table' } : state;
  if (state.focus === 'table' && facts.text.count > 0) return { ...state, focus: 'text' };
  return state;
}

/** Undoes one thing: the search, zoom, focus, filter, marks or view, in this order. */
function goBack(state: State, { trace }: ViewFacts): State {
  if (state.detail.find !== '' && (state.focus === 'table' || state.focus === 'text'))
    return withDetail(state, { find: '' });
  const { zoomed, window } = state.detail;
  if (state.focus === 'table' && zoomed && zoomed.trace === trace) return zoomOut(state, zoomed);
  if (state.focus === 'table' && window && window.trace === trace && state.detail.tab === 'Timeline')
    return setWindow(state, undefined);
  const { trail = [], visits = [] } = state.detail;
  if (state.focus === 'table' && trail.length === 0 && visits.length > 0) return leaveVisit(state, visits);
  if (state.zoom) return { ...state, zoom: false };
  if (state.focus === 'text') return { ...state, focus: 'table' };
  if (state.focus === 'table' && trail.length > 0) return backToRow(state, trail);
  if (state.focus === 'table' || state.focus === 'output') return { ...state, focus: 'list' };
  const { origin } = state.list;
  if (origin && isInOrigin(state.list)) return backToRoutes(state, origin);
  if (state.list.filter !== '' || state.list.trouble) return setFilter(state, '');
  if (state.list.onlyMarked) return withList(state, { onlyMarked: false, cursor: TOP });
  if (state.list.view !== 'all') return withList(state, { view: 'all', cursor: TOP });
  if (state.list.since !== undefined) return withoutSince(state);
  return state;
}

/** Lists again what was there before the list was cleared. */
function withoutSince(state: State): State {
  const { since: _, ...list } = state.list;
  return { ...state, list: { ...list, cursor: TOP } };
}

/** Shows the icicle as it was before a frame filled it, with that frame selected. */
function zoomOut(state: State, { trace, frame, outer = [] }: NonNullable<State['detail']['zoomed']>): State {
  const { zoomed: _, ...detail } = state.detail;
  const [before] = outer.slice(-1);
  const zoomed = before === undefined ? {} : { zoomed: { trace, frame: before, outer: outer.slice(0, -1) } };
  return { ...state, detail: { ...detail, ...zoomed, table: { at: frame, top: 0 }, text: TOP } };
}

/** Has a frame fill the icicle. */
function zoomFrame(state: State, trace: string, frame: number): State {
  const { zoomed } = state.detail;
  const outer = zoomed?.trace === trace ? [...(zoomed.outer ?? []), zoomed.frame] : [];
  return withDetail(state, { zoomed: { trace, frame, outer }, text: TOP });
}

/** Part of the time that the timeline shows; all of it without a window. */
function setWindow(state: State, window: State['detail']['window']): State {
  const { window: _, ...detail } = state.detail;
  return { ...state, detail: { ...detail, ...(window && { window }) } };
}

/** Shows a profile as an icicle or as a table; another request or other frames begin with the whole. */
function withoutZoom(state: State, change: Partial<State['detail']>): State {
  const { zoomed: _, ...detail } = state.detail;
  return { ...state, detail: { ...detail, ...change, table: TOP, text: TOP } };
}

function toggleLibraries(state: State): State {
  const change = { libraries: !state.detail.libraries };
  // Frames of an icicle are others with those of libraries.
  return state.detail.icicle ? withoutZoom(state, change) : withDetail(state, change);
}

/** True while the list has the requests of the route that was opened. */
function isInOrigin({ view, filter, trouble, origin }: ListState): boolean {
  return view === 'all' && filter === origin?.routeFilter && trouble === undefined;
}

function openRoute(state: State, routeFilter: string, route: RouteKey): State {
  const { filter, cursor } = state.list;
  const origin = { route, routeFilter, filter, cursor };
  return withList(setFilter(state, routeFilter), { view: 'all', origin });
}

function backToRoutes(state: State, { route, filter, cursor }: RoutesOrigin): State {
  const { selected: _, ...list } = setFilter(state, filter).list;
  return { ...state, list: { ...list, view: 'routes', cursor, wantedRoute: route } };
}

function setFilter(state: State, filter: string): State {
  const { trouble: _, origin: __, ...list } = state.list;
  return { ...state, list: { ...list, filter, cursor: TOP } };
}

function nextPane(state: State, n: 1 | -1, facts: ViewFacts): State {
  if (facts.panes === 1 && (state.focus === 'table' || state.focus === 'text'))
    return nextTab(state, n, facts);
  const panes: Pane[] = ['list'];
  if (facts.list.count > 0) panes.push('table');
  if (facts.list.count > 0 && facts.text.count > 0) panes.push('text');
  if (state.output?.shown) panes.push('output');
  const index = Math.max(0, panes.indexOf(state.focus));
  return { ...state, focus: panes[(index + n + panes.length) % panes.length]! };
}

function nextTab(state: State, n: 1 | -1, facts: ViewFacts): State {
  const { tabs, panes } = facts;
  const index = tabs.indexOf(state.detail.tab);
  return toTab(state, tabs[(index + n + tabs.length) % tabs.length] ?? state.detail.tab, panes);
}

/** Opens the tab that a row stands for. */
function followRow(state: State, tab: string, panes: number): State {
  const { trail = [], tab: from, table } = state.detail;
  return withDetail(toTab(state, tab, panes), { trail: [...trail, { tab: from, table }] });
}

/** The row that has led to the tab. */
function backToRow(state: State, trail: NonNullable<State['detail']['trail']>): State {
  const { tab, table } = trail.at(-1)!;
  return withDetail(state, { tab, table, text: TOP, trail: trail.slice(0, -1) });
}

function toTab(state: State, tab: string, panes: number): State {
  const from = state.focus === 'output' ? 'list' : state.focus;
  // With one pane the list hides the detail, so that a tab has to open it.
  const focus = from === 'text' || panes === 1 ? 'table' : from;
  if (tab === state.detail.tab) return { ...state, focus };
  return withDetail({ ...state, focus }, { tab, table: TOP, text: TOP, trail: [] });
}

function toggleMark(state: State): State {
  const { selected, marks } = state.list;
  if (selected === undefined) return state;
  const isMarked = marks.includes(selected);
  return withList(state, { marks: isMarked ? marks.filter((id) => id !== selected) : [...marks, selected] });
}

function nextView(state: State): State {
  if (state.focus !== 'list')
    return withDetail(state, { grouped: !state.detail.grouped, table: TOP, text: TOP });
  const view = LIST_VIEWS[(LIST_VIEWS.indexOf(state.list.view) + 1) % LIST_VIEWS.length]!;
  const { selected: _, origin: __, ...list } = state.list;
  return { ...state, list: { ...list, view, cursor: TOP } };
}

function stepRequest(state: State, n: 1 | -1, facts: ViewFacts): State {
  const cursor = moveCursor(state.list.cursor, 'row', n, facts.list.count, facts.list.height);
  const next = withList(hold(state, facts), { cursor });
  return withDetail(next, { table: TOP, text: TOP, trail: [], visits: [] });
}

/** State after an action; effects (copying, editing, quitting) leave it unchanged. */
export function reduce(state: State, action: Action, facts: ViewFacts): State {
  return (
    reducePrompt(state, action) ??
    reducePopup(state, action, facts) ??
    reduceOutput(state, action, facts) ??
    reduceNavigation(state, action, facts) ??
    reduceList(state, action, facts) ??
    reduceDisplay(state, action)
  );
}

/** Cursor, focus and tabs. */
function reduceNavigation(state: State, action: Action, facts: ViewFacts): State | undefined {
  switch (action.type) {
    case 'move':
      return move(state, action.by, action.n, facts);
    case 'at':
      return pointAt(state, action.pane, action.index, facts);
    case 'wheel':
      return turnWheel(state, action.pane, action.n, facts);
    case 'open':
      return open(state, facts);
    case 'back':
      return goBack(state, facts);
    case 'pop':
      return state.focus === 'list'
        ? state
        : withDetail({ ...state, focus: 'list', zoom: false }, { trail: [] });
    case 'pane':
      return nextPane(state, action.n, facts);
    case 'tab':
      if (facts.list.count === 0) return state;
      return action.from === 'row'
        ? followRow(state, action.to, facts.panes)
        : toTab(state, action.to, facts.panes);
    case 'latency':
      return withDetail(state, { latency: nextLatency(state.detail.latency, action.n) });
    case 'nextTab':
      return nextTab(state, action.n, facts);
    case 'scroll': {
      const { count, height } = facts.text;
      const top = Math.max(0, Math.min(state.detail.text.top + action.n, count - height));
      return withDetail(state, { text: { at: Math.max(top, state.detail.text.at), top } });
    }
    case 'request':
      return stepRequest(state, action.n, facts);
    case 'visit':
      return visit(hold(state, facts), action);
    case 'match':
      return goToMatch(state, action.n, facts);
    default:
      return undefined;
  }
}

/** Rows of the list: which, in which order, and whether new requests move them. */
function reduceList(state: State, action: Action, facts: ViewFacts): State | undefined {
  switch (action.type) {
    case 'select': {
      const { selected: _, ...list } = state.list;
      const cursor = settleCursor({ ...list.cursor, at: action.index }, facts.list.count, facts.list.height);
      return { ...state, list: { ...list, ...(action.id ? { selected: action.id } : {}), cursor } };
    }
    case 'filter':
      return setFilter(state, action.text);
    case 'route':
      return openRoute(state, action.filter, action.route);
    case 'sort':
      return sortList(state, { by: action.by, reverse: action.reverse === true });
    case 'reverse':
      return reverse(state);
    case 'clearView':
      return withList(follow(state), { since: facts.now });
    case 'cleared':
      return withList({ ...withoutSince(follow(state)), focus: 'list' }, { marks: [], onlyMarked: false });
    case 'follow':
      return state.list.follow ? hold(state, facts) : follow(state);
    case 'hold':
      return withList(state, { follow: false, until: facts.now });
    case 'freeze':
      return state.list.frozen
        ? withList(state, { frozen: false })
        : withList(hold(state, facts), { frozen: true });
    case 'mark':
      return toggleMark(state);
    case 'onlyMarked':
      return withList(state, { onlyMarked: !state.list.onlyMarked, cursor: TOP });
    case 'view':
      return nextView(state);
    default:
      return undefined;
  }
}

/** Size, display options and messages. */
function reduceDisplay(state: State, action: Action): State {
  switch (action.type) {
    case 'size':
      return { ...state, columns: action.columns, rows: action.rows };
    case 'libraries':
      return toggleLibraries(state);
    case 'icicle':
      return withoutZoom(state, { icicle: !state.detail.icicle });
    case 'zoomFrame':
      return zoomFrame(state, action.trace, action.frame);
    case 'window':
      return setWindow(state, action.window);
    case 'wrap':
      return withDetail(state, { wrap: !state.detail.wrap });
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

/** Sorts the list and goes to its first row, which is what the order is asked for. */
function sortList(state: State, sort: Sort): State {
  const { selected: _, ...list } = state.list;
  return { ...state, list: { ...list, sort, cursor: TOP } };
}

function reverse(state: State): State {
  if (state.focus === 'list')
    return sortList(state, { ...state.list.sort, reverse: !state.list.sort.reverse });
  return withDetail(state, { sorted: state.detail.sorted === 'total' ? 'start' : 'total', table: TOP });
}

function pointAt(state: State, pane: Pane, index: number, facts: ViewFacts): State {
  const next = { ...state, focus: pane };
  if (pane === 'output') return next;
  if (pane === 'list') {
    const cursor = settleCursor({ ...state.list.cursor, at: index }, facts.list.count, facts.list.height);
    return withList(hold(next, facts), { cursor });
  }
  if (pane === 'table') {
    const table = settleCursor({ ...state.detail.table, at: index }, facts.table.count, facts.table.height);
    return withDetail(next, { table, text: TOP });
  }
  const text = settleCursor({ ...state.detail.text, at: index }, facts.text.count, facts.text.height);
  return withDetail(next, { text });
}
