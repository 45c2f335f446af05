/** Why a key would come to nothing here and now, in a sentence: said when it is pressed, and the footer leaves such keys out. */

import type { Feed, FeedCapability } from '../../feed/feed.js';
import type { Action } from '../state/state.js';
import type { ViewModel } from '../view/view-model.js';
import { selectedPosition } from '../view/view-model.js';

/** Answers what a feed can do. */
export function feedCapabilities(feed: Feed): Set<FeedCapability> {
  const all: FeedCapability[] = ['replay', 'record', 'restart', 'explain', 'output', 'sendInput'];
  return new Set(all.filter((ability) => feed[ability] !== undefined));
}

/** Actions on the selected request. */
const OF_A_REQUEST = new Set<Action['type']>([
  'edit',
  'copy',
  'openUrl',
  'replay',
  'diff',
  'explain',
  'mark',
  'tab',
  'nextTab',
]);

function needsApp(what: string, picture: ViewModel, ability: FeedCapability): string | undefined {
  if (picture.can.has(ability) && picture.status.live) return undefined;
  if (picture.status.exit) return `the app has ended; ctrl-r starts it again, then ${what}`;
  return `no app runs under scooby in this folder: start it with \`scooby run\`, then ${what}`;
}

/** Answers whether the selected row of the tab is a query. */
function onQuery({ page, state, trace }: ViewModel): boolean {
  const span = page.entries[state.detail.table.at]?.span;
  return span !== undefined && trace?.spans[span]?.kind === 'sql';
}

function withoutRequest({ state, list }: ViewModel, action: Action): string | undefined {
  const opens = action.type === 'open' && state.focus === 'list';
  const menu = action.type === 'menu' && action.menu === 'copy';
  const url = action.type === 'prompt' && action.kind === 'url';
  if (!opens && !menu && !url && !OF_A_REQUEST.has(action.type)) return undefined;
  if (list.count === 0) return 'no request is selected';
  const stray = state.list.view === 'routes' && state.focus === 'list' && !opens;
  return stray ? 'this is a route; ↵ lists its requests' : undefined;
}

/** Answers the obstacle, or undefined where the action does something. */
export function unavailableReason(action: Action, picture: ViewModel): string | undefined {
  return withoutRequest(picture, action) ?? ofAction(action, picture);
}

function ofAction(action: Action, picture: ViewModel): string | undefined {
  const { state, can } = picture;
  switch (action.type) {
    case 'replay':
      return picture.status.exit && can.has('restart')
        ? undefined
        : needsApp('send the request again', picture, 'replay');
    case 'prompt':
      return ofPrompt(action.kind, picture);
    case 'menu':
      if (action.menu === 'record') return needsApp('switch the recording', picture, 'record');
      if (action.menu === 'filters' && state.saved.length + state.history.length === 0)
        return 'no filter was typed or saved yet: / filters, W saves';
      return undefined;
    case 'record':
      return needsApp('switch the recording', picture, 'record');
    case 'restart':
      return can.has('restart') ? undefined : needsApp('start it again from here', picture, 'restart');
    case 'explain':
      return onQuery(picture)
        ? needsApp('ask for the plan', picture, 'explain')
        : 'select a query to see its plan: 2 lists them';
    case 'output':
      return can.has('output') ? undefined : 'what the app prints is shown by `scooby run --ui`';
    default:
      return ofPlace(action, picture);
  }
}

function ofPrompt(kind: string, picture: ViewModel): string | undefined {
  if (kind === 'url') return needsApp('send the request again', picture, 'replay');
  if (kind === 'save' && picture.state.list.filter === '') return 'there is no filter to save: / types one';
  if (kind === 'tell' && !picture.can.has('sendInput'))
    return 'what the app prints is shown by `scooby run --ui`';
  return undefined;
}

function ofPlace(action: Action, picture: ViewModel): string | undefined {
  const { state, text, page } = picture;
  const { list, focus } = state;
  switch (action.type) {
    case 'edit':
      // In a list without a preview, the request is read when its line is asked for.
      return picture.trace?.id !== list.selected || selectedPosition(picture)
        ? undefined
        : 'nothing here has a line to open';
    case 'diff':
      return list.marks.some((id) => id !== list.selected)
        ? undefined
        : 'mark a request with m, then press d on the one to compare it with';
    case 'onlyMarked':
      return list.marks.length > 0 || list.onlyMarked ? undefined : 'no request is marked: m marks one';
    case 'match':
      return unmatched(picture);
    case 'open':
      return focus === 'table' && text.length === 0 && !page.entries[state.detail.table.at]?.tab
        ? 'there is no more to read here'
        : undefined;
    case 'view':
    case 'reverse':
      return focus !== 'list' && !page.groups ? 'this tab has one order' : undefined;
    default:
      return undefined;
  }
}

function unmatched({ state, matches, output }: ViewModel): string | undefined {
  const inOutput = state.focus === 'output';
  const find = inOutput ? (state.output?.find ?? '') : state.detail.find;
  if (find === '') return 'nothing is searched for: / finds';
  return (inOutput ? (output?.matches ?? []) : matches).length > 0 ? undefined : `"${find}" is not in it`;
}
