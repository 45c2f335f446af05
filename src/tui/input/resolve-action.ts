/** Resolves an action against the selection (enter on a route filters by it). */

import { blockerOf } from '../../screens/blocker.js';
import { routeFilter } from '../../screens/list-query.js';
import { zoomTimeline } from '../panels/timeline-window.js';
import type { Action } from '../state/state.js';
import type { ViewModel } from '../view/view-model.js';

/** What an arrow to the side does in a table. */
export function sideAction(n: 1 | -1): Action {
  return n > 0 ? { type: 'open' } : { type: 'back' };
}

/** Moves of the cursor in an icicle, and Enter, which zooms; undefined for all other actions. */
function icicleAction(action: Action, { state, page, trace }: ViewModel): Action | undefined {
  const { canvas } = page;
  if (canvas === undefined || trace === undefined || state.focus !== 'table') return undefined;
  const at = Math.min(state.detail.table.at, page.entries.length - 1);
  const goTo = (index: number): Action => ({ type: 'at', pane: 'table', index });
  if (action.type === 'side') return goTo(canvas.move(at, action.n > 0 ? 'right' : 'left'));
  if (action.type === 'move' && action.by === 'row')
    return goTo(canvas.move(at, action.n > 0 ? 'down' : 'up'));
  const isZoomed = canvas.rowOf(at) === 0;
  return action.type === 'open' && !isZoomed ? { type: 'zoomFrame', trace: trace.id, frame: at } : undefined;
}

/** Zoom of the timeline around the selected row. */
function windowAction(n: 1 | -1, { state, page, trace }: ViewModel): Action {
  const { times, entries } = page;
  if (!times || !trace) return { type: 'none' };
  const { table, window } = state.detail;
  const call = times.of(Math.min(table.at, entries.length - 1));
  const shown = window?.trace === trace.id ? window : { from: 0, to: times.extent };
  const zoomed = zoomTimeline(shown, n, call, times.extent);
  return { type: 'window', ...(zoomed && { window: { trace: trace.id, ...zoomed } }) };
}

/**
 * Action for the selection: a row opens its tab, a route its requests, R has the URL, and arrows go
 * in and out where they do not move in an icicle.
 */
export function resolveAction(wished: Action, viewModel: ViewModel): Action {
  const { state, page, list, trace } = viewModel;
  const { focus, detail } = state;
  const inIcicle = icicleAction(wished, viewModel);
  if (inIcicle) return inIcicle;
  const action = wished.type === 'side' ? sideAction(wished.n) : wished;
  if (action.type === 'blocker') {
    const isInTable = focus === 'table' || focus === 'text';
    const id = trace && blockerOf(trace, isInTable ? page.entries[detail.table.at]?.span : undefined);
    return id === undefined ? { type: 'none' } : { type: 'visit', id, tab: 'Overview' };
  }
  if (action.type === 'zoomTime') return windowAction(action.n, viewModel);
  if (action.type === 'open' && focus === 'table') {
    const row = page.entries[detail.table.at];
    if (row?.request !== undefined) return { type: 'visit', id: row.request, tab: 'Timeline' };
    if (row?.tab && !row.position) return { type: 'tab', to: row.tab, from: 'row' };
  }
  if (action.type === 'open' && focus === 'list' && state.list.view === 'routes') {
    const row = list.routes[state.list.cursor.at];
    if (!row) return action;
    const { method, route } = row;
    return { type: 'route', filter: routeFilter(row, state.list.filter), route: { method, route } };
  }
  if (action.type !== 'prompt' || action.kind !== 'url') return action;
  const url = list.row(state.list.cursor.at)?.url;
  return url === undefined ? { type: 'none' } : { ...action, text: url };
}
