/** State of the browser and its actions; the requests themselves are in data/. */

import type { Sort } from '../../feed/feed.js';
import type { ListView } from '../../screens/list-query.js';
import type { Line } from '../../terminal/cells.js';
import type { FileFormat } from '../effects/save-file.js';

/** Pane with the keyboard focus: list, table of a tab, text of the table's row, or app output. */
export type Pane = 'list' | 'table' | 'text' | 'output';

/** Selected row and first visible row, both counted from 0. */
export interface Cursor {
  at: number;
  top: number;
}

export interface ListState {
  view: ListView;
  sort: Sort;
  /** Last valid text of the filter. */
  filter: string;
  /** Syntax error in the filter that is being typed. */
  trouble?: string;
  cursor: Cursor;
  /** Id of the selected request, which stays selected when rows move. */
  selected?: string;
  /** New requests appear on top and the newest is selected. */
  follow: boolean;
  /** Neither rows nor figures nor ages change. */
  frozen: boolean;
  /** Epoch ms; requests that started later are left out. Set while not following. */
  until?: number;
  /** Epoch ms at which the list was cleared; requests that started earlier are not listed. */
  since?: number;
  /** Ids of the marked requests, oldest mark first. */
  marks: string[];
  onlyMarked: boolean;
  /** Where the filter of a route was set from; escape returns there. */
  origin?: RoutesOrigin;
  /** Route to select once the rows of the routes view are loaded. */
  wantedRoute?: RouteKey;
}

export interface RouteKey {
  method: string;
  route: string;
}

/** Routes view as it was when one of its routes was opened. */
export interface RoutesOrigin {
  route: RouteKey;
  /** Filter of the route's requests. */
  routeFilter: string;
  /** Filter and cursor of the routes view. */
  filter: string;
  cursor: Cursor;
}

/** Request that another one has led to, without its being selected in the list. */
export interface Visit {
  id: string;
  /** Where escape goes back to. */
  from: Pick<DetailState, 'tab' | 'table' | 'trail'> & { focus: Pane };
}

export interface DetailState {
  /** Title of the active panel. */
  tab: string;
  /** Tabs from which a row has led to the active one, the last on top; escape goes back. */
  trail?: readonly { tab: string; table: Cursor }[];
  /** Requests that are shown in place of the list's, the last on top; escape goes back. */
  visits?: readonly Visit[];
  table: Cursor;
  text: Cursor;
  grouped: boolean;
  libraries: boolean;
  wrap: boolean;
  /** Order of the tab's table. */
  sorted: 'start' | 'total';
  /** A profile is shown as an icicle. */
  icicle: boolean;
  /** Frame of an icicle that fills it, and the request whose profile it is in. */
  zoomed?: { trace: string; frame: number; outer?: readonly number[] };
  /** Part of a request's time that the timeline shows, in ms after its start. */
  window?: { trace: string; from: number; to: number };
  /** ms by which each round trip of the request is assumed to take longer. */
  latency: number;
  /** Search text; empty without a search. */
  find: string;
}

/** State of the pane with the app's output. */
export interface OutputState {
  shown: boolean;
  /** The newest row stays visible. */
  follow: boolean;
  /** First visible row, counted from the first row the app has printed. */
  top: number;
  find: string;
  /** Row of the current search match, counted as `top`. */
  matchRow?: number;
}

/** Input line. */
export interface Prompt {
  kind: 'filter' | 'find' | 'save' | 'url' | 'tell';
  text: string;
  /** Index of the character (not code unit) after the caret. */
  caret: number;
  /** Text that cancelling restores. */
  previousText: string;
  /** Steps back in the history; 0 is the typed text. */
  historyStep: number;
}

/** Box over the screen. */
export type Popup =
  | { kind: 'menu'; menu: MenuName; input: string; at: number; top: number }
  | { kind: 'ask'; question: string; yes: Action }
  | { kind: 'text'; title: string; lines: readonly Line[]; top: number; find?: TextFind };

/** Search in a popup's text: what for, and the line of the match that was gone to. */
export interface TextFind {
  text: string;
  line?: number;
}

export type MenuName = 'help' | 'palette' | 'copy' | 'save' | 'sort' | 'filters' | 'record' | 'clear';

export interface State {
  columns: number;
  rows: number;
  focus: Pane;
  zoom: boolean;
  mouse: boolean;
  /** Names of keys in ASCII. */
  ascii?: boolean;
  list: ListState;
  detail: DetailState;
  /** Only where the feed has the app's output (`scooby run --ui`). */
  output?: OutputState;
  prompt?: Prompt;
  popup?: Popup;
  /** Message in the footer until the next key. */
  notice?: { text: string; role: 'ok' | 'warn' | 'error' };
  /** Filters typed before, newest first. */
  history: string[];
  saved: { name: string; filter: string }[];
}

/** Actions of the browser: `reduce` handles changes of the state, Effects everything else. */
export type Action =
  | { type: 'size'; columns: number; rows: number }
  | { type: 'move'; by: 'row' | 'half' | 'page' | 'end'; n: 1 | -1 }
  | { type: 'at'; pane: Pane; index: number }
  | { type: 'wheel'; pane: Pane; n: 1 | -1 }
  | { type: 'select'; id: string | undefined; index: number }
  | { type: 'open' }
  | { type: 'back' }
  | { type: 'pop' }
  | { type: 'pane'; n: 1 | -1 }
  /** `from` a row: escape goes back to it. */
  | { type: 'tab'; to: string; from?: 'row' }
  | { type: 'nextTab'; n: 1 | -1 }
  | { type: 'latency'; n: 1 | -1 }
  | { type: 'scroll'; n: number }
  | { type: 'request'; n: 1 | -1 }
  /** Shows another request, in a tab. */
  | { type: 'visit'; id: string; tab: string }
  /** Shows the request that kept the shown one waiting. */
  | { type: 'blocker' }
  | { type: 'prompt'; kind: Prompt['kind']; text?: string }
  | { type: 'type'; text: string }
  | { type: 'erase'; what: 'char' | 'word' | 'line' | 'next' }
  | { type: 'caret'; n: number }
  | { type: 'past'; n: 1 | -1 }
  | { type: 'accept' }
  | { type: 'filter'; text: string }
  | { type: 'route'; filter: string; route: RouteKey }
  | { type: 'match'; n: 1 | -1 }
  | { type: 'sort'; by: Sort['by']; reverse?: boolean }
  | { type: 'reverse' }
  | { type: 'follow' }
  | { type: 'clearView' }
  /** The store was emptied. */
  | { type: 'cleared' }
  | { type: 'hold' }
  | { type: 'freeze' }
  | { type: 'mark' }
  | { type: 'onlyMarked' }
  | { type: 'view' }
  | { type: 'libraries' }
  | { type: 'wrap' }
  | { type: 'icicle' }
  | { type: 'zoomFrame'; trace: string; frame: number }
  | { type: 'zoomTime'; n: 1 | -1 }
  | { type: 'window'; window?: DetailState['window'] }
  | { type: 'side'; n: 1 | -1 }
  | { type: 'zoom' }
  | { type: 'output' }
  | { type: 'menu'; menu: MenuName }
  | { type: 'close' }
  | { type: 'ask'; question: string; yes: Action }
  | { type: 'show'; title: string; lines: readonly Line[] }
  | { type: 'notice'; text: string; role: 'ok' | 'warn' | 'error' }
  | { type: 'saved'; saved: State['saved'] }
  | { type: 'mouse' }
  | { type: 'none' }
  | EffectAction;

/** Actions with a side effect outside the state, performed by Effects. */
export type EffectAction =
  | { type: 'quit' }
  | { type: 'redraw' }
  | { type: 'suspend' }
  | { type: 'copy'; what: string }
  | { type: 'saveFile'; format: FileFormat }
  | { type: 'saveList' }
  | { type: 'edit' }
  | { type: 'openUrl' }
  | { type: 'openPage' }
  /** `with`: with a CPU profile, or with the locals of the selected call. */
  | { type: 'replay'; url?: string; sure?: boolean; with?: 'profile' | 'locals' }
  | { type: 'diff' }
  | { type: 'explain' }
  | { type: 'tryLoop' }
  | { type: 'verify'; sure?: boolean }
  | { type: 'watch'; sure?: boolean }
  | { type: 'record'; recording: 'all' | 'marked' | 'off' | 'next' }
  | { type: 'restart' }
  | { type: 'clearStore'; sure?: boolean }
  | { type: 'tell'; line: string };

/** Measurements that `reduce` needs besides the state: row counts, pane heights, matches. */
export interface ViewFacts {
  list: { count: number; height: number };
  table: { count: number; height: number; matches: number[] };
  text: { count: number; height: number; matches: number[] };
  output: { first: number; count: number; height: number; matches: number[] };
  popup: { count: number; height: number; matches: number[] };
  /** Titles of the panels, in their order. */
  tabs: string[];
  /** Number of panes beside each other. */
  panes: 1 | 2 | 3;
  /** Id of the request that is shown. */
  trace?: string;
  /** Epoch ms. */
  now: number;
}

/** Id of the request that the detail shows: that of the list, or one that it has led to. */
export function shownId({ detail, list }: Pick<State, 'detail' | 'list'>): string | undefined {
  return detail.visits?.at(-1)?.id ?? list.selected;
}

/** Screen rows from which the output is shown at the start; below, a key shows it. */
const MIN_ROWS_WITH_OUTPUT = 24;

/** State at the start; `output` is true when the feed has the app's output. */
export function initialState(columns: number, rows: number, output = false): State {
  const shown = rows >= MIN_ROWS_WITH_OUTPUT;
  return {
    ...(output ? { output: { shown, follow: true, top: 0, find: '' } } : {}),
    columns,
    rows,
    focus: 'list',
    zoom: false,
    mouse: false,
    list: {
      view: 'all',
      sort: { by: 'time', reverse: false },
      filter: '',
      cursor: { at: 0, top: 0 },
      follow: true,
      frozen: false,
      marks: [],
      onlyMarked: false,
    },
    detail: {
      tab: 'Overview',
      table: { at: 0, top: 0 },
      text: { at: 0, top: 0 },
      grouped: true,
      libraries: false,
      wrap: false,
      sorted: 'total',
      icicle: false,
      latency: 0,
      find: '',
    },
    history: [],
    saved: [],
  };
}
