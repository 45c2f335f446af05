/** Reasons why an action has no effect now: shown on its key, and the footer omits such keys. */

import type { Feed, FeedCapability } from '../../feed/feed.js';
import { blockerOf } from '../../screens/blocker.js';
import type { TableRow } from '../panels/panel.js';
import { type Action, shownId } from '../state/state.js';
import { keyLabel } from '../view/footer.js';
import type { ViewModel } from '../view/view-model.js';
import { matchCountOf, selectedPosition } from '../view/view-model.js';
import { sideAction } from './resolve-action.js';

/** Optional capabilities that a feed implements. */
export function feedCapabilities(feed: Feed): Set<FeedCapability> {
  const all: FeedCapability[] = [
    ...([
      'replay',
      'record',
      'restart',
      'explain',
      'pageLink',
      'tryLoop',
      'watch',
      'output',
      'sendInput',
      'clear',
    ] as const),
  ];
  return new Set(all.filter((capability) => feed[capability] !== undefined));
}

/** Actions on the selected request. */
const REQUEST_ACTIONS = new Set<Action['type']>([
  'edit',
  'copy',
  'saveFile',
  'openUrl',
  'replay',
  'diff',
  'explain',
  'tryLoop',
  'verify',
  'watch',
  'mark',
  'tab',
  'nextTab',
  'latency',
]);

function needsApp(what: string, viewModel: ViewModel, capability: FeedCapability): string | undefined {
  if (viewModel.capabilities.has(capability) && viewModel.status.live) return undefined;
  if (viewModel.status.exit) return `the app has ended; ctrl-r starts it again, then ${what}`;
  return `no app runs under scooby in this folder: start it with \`scooby run\`, then ${what}`;
}

/** True when the selected row of the tab is an SQL query. */
function selectedSpan({ page, state }: ViewModel): number | undefined {
  return page.entries[state.detail.table.at]?.span;
}

function isQuerySelected(viewModel: ViewModel): boolean {
  const span = selectedSpan(viewModel);
  return span !== undefined && viewModel.trace?.spans[span]?.kind === 'sql';
}

function requestReason({ state, list }: ViewModel, action: Action): string | undefined {
  const opens = action.type === 'open' && state.focus === 'list';
  const menu = action.type === 'menu' && (action.menu === 'copy' || action.menu === 'save');
  const url = action.type === 'prompt' && action.kind === 'url';
  if (!opens && !menu && !url && !REQUEST_ACTIONS.has(action.type)) return undefined;
  if (list.count === 0) return 'no request is selected';
  const isRoute = state.list.view === 'routes' && !opens && !isTab(action);
  return isRoute ? `this is a route; ${keyLabel('enter', state.ascii)} lists its requests` : undefined;
}

/** True for a tab, which the newest request of a route has as well. */
function isTab({ type }: Action): boolean {
  return type === 'tab' || type === 'nextTab' || type === 'latency';
}

/** Reason as a sentence; undefined when the action has an effect. */
export function unavailableReason(action: Action, viewModel: ViewModel): string | undefined {
  return requestReason(viewModel, action) ?? actionReason(action, viewModel);
}

function actionReason(action: Action, viewModel: ViewModel): string | undefined {
  const { state, capabilities } = viewModel;
  switch (action.type) {
    case 'replay':
      if (action.with === 'locals' && selectedSpan(viewModel) === undefined)
        return 'select a call to read its variables: 2 lists the queries';
      return viewModel.status.exit && capabilities.has('restart')
        ? undefined
        : needsApp('send the request again', viewModel, 'replay');
    case 'prompt':
      return promptReason(action.kind, viewModel);
    case 'menu':
      if (action.menu === 'record') return needsApp('switch the recording', viewModel, 'record');
      if (action.menu === 'filters' && state.saved.length + state.history.length === 0)
        return 'no filter was typed or saved yet: / filters, W saves';
      return undefined;
    case 'record':
      return needsApp('switch the recording', viewModel, 'record');
    case 'saveList':
      if (viewModel.list.count === 0) return 'no request is listed';
      return state.list.view === 'routes' ? 'these are routes: v lists requests' : undefined;
    case 'clearStore':
      if (!capabilities.has('clear'))
        return 'these requests are in the memory of the run alone: v clears only the list';
      return viewModel.stats?.total === 0 ? 'nothing is stored' : undefined;
    case 'restart':
      return capabilities.has('restart')
        ? undefined
        : needsApp('start it again from here', viewModel, 'restart');
    case 'explain':
      return isQuerySelected(viewModel)
        ? needsApp('ask for the plan', viewModel, 'explain')
        : 'select a query to see its plan: 2 lists them';
    case 'openPage':
      return capabilities.has('pageLink') && viewModel.status.live
        ? undefined
        : 'no app runs under scooby in this folder: `scooby open` serves what is stored';
    case 'tryLoop':
      return needsApp('try a query in place of a loop', viewModel, 'tryLoop');
    case 'verify':
      return needsApp('verify the findings', viewModel, 'replay');
    case 'watch':
      return needsApp('watch the request', viewModel, 'watch');
    case 'blocker':
      return blockerReason(viewModel);
    case 'latency':
      return action.n < 0 && state.detail.latency === 0
        ? 'it is shown as it was recorded: ] puts its database, cache and services further away'
        : undefined;
    case 'output':
      return capabilities.has('output') ? undefined : 'what the app prints is shown by `scooby run --ui`';
    default:
      return selectionReason(action, viewModel);
  }
}

function blockerReason(viewModel: ViewModel): string | undefined {
  const { trace, state } = viewModel;
  if (!trace || (trace.id !== shownId(state) && state.list.view !== 'routes'))
    return `${keyLabel('enter', state.ascii)} opens the request first`;
  return blockerOf(trace) === undefined ? 'no other request kept this one waiting' : undefined;
}

function promptReason(kind: string, viewModel: ViewModel): string | undefined {
  if (kind === 'url') return needsApp('send the request again', viewModel, 'replay');
  if (kind === 'save' && viewModel.state.list.filter === '') return 'there is no filter to save: / types one';
  if (kind === 'tell' && !viewModel.capabilities.has('sendInput'))
    return 'what the app prints is shown by `scooby run --ui`';
  return undefined;
}

function selectionReason(action: Action, viewModel: ViewModel): string | undefined {
  const { state, text, page } = viewModel;
  const { list, focus } = state;
  switch (action.type) {
    case 'side':
      return page.canvas ? undefined : selectionReason(sideAction(action.n), viewModel);
    case 'zoomTime':
      if (!page.times) return 'only the timeline can be zoomed: 9 shows it';
      return action.n < 0 && state.detail.window?.trace !== viewModel.trace?.id
        ? 'all of the request is shown: + goes closer to the selected call'
        : undefined;
    case 'icicle':
      return page.hasIcicle ? undefined : 'only a profile has an icicle: 7 shows that of the CPU';
    case 'edit':
      // Without a preview the selected trace is not loaded yet; the edit action loads it.
      return viewModel.trace?.id !== shownId(state) || selectedPosition(viewModel)
        ? undefined
        : 'nothing here has a line to open';
    case 'diff':
      return list.marks.some((id) => id !== shownId(state))
        ? undefined
        : 'mark a request with m, then press d on the one to compare it with';
    case 'onlyMarked':
      return list.marks.length > 0 || list.onlyMarked ? undefined : 'no request is marked: m marks one';
    case 'match':
      return matchReason(viewModel);
    case 'open':
      return focus === 'table' && text.length === 0 && !isOpenable(page.entries[state.detail.table.at])
        ? 'there is no more to read here'
        : undefined;
    case 'view':
    case 'reverse':
      return focus !== 'list' && !page.isGroupable ? 'this tab has one order' : undefined;
    default:
      return undefined;
  }
}

function isOpenable(row: TableRow | undefined): boolean {
  return row?.tab !== undefined || row?.request !== undefined;
}

function matchReason(viewModel: ViewModel): string | undefined {
  const { state } = viewModel;
  const { popup } = state;
  const ofPane = state.focus === 'output' ? (state.output?.find ?? '') : state.detail.find;
  const find = popup?.kind === 'text' ? (popup.find?.text ?? '') : ofPane;
  if (find === '') return 'nothing is searched for: / finds';
  return matchCountOf(viewModel) > 0 ? undefined : `"${find}" is not in it`;
}
