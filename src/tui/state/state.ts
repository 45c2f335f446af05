/** The whole state of the browser, apart from the data it shows. */

import type { Sort } from '../../feed/feed.js';
import type { Line } from '../../terminal/cells.js';

/** Where the keys go: the list, the table of a tab, the text of the table's row, or what the app prints. */
export type Pane = 'list' | 'table' | 'text' | 'output';

/** What the list shows: everything, one line per route, or only what went wrong. */
export type ListView = 'all' | 'routes' | 'errors' | 'n+1';
export const LIST_VIEWS: ListView[] = ['all', 'routes', 'errors', 'n+1'];

/** A selected row and the first one in sight. */
export interface Cursor {
  at: number;
  top: number;
}

export interface ListState {
  view: ListView;
  sort: Sort;
  /** The filter as typed and last found good. */
  filter: string;
  /** What is wrong with the filter being typed. */
  trouble?: string;
  cursor: Cursor;
  /** The id of the selected request; it stays selected when rows move. */
  selected?: string;
  /** New requests appear on top and the newest is selected. */
  follow: boolean;
  /** Nothing moves at all, neither rows nor figures. */
  frozen: boolean;
  /** Requests that started later than this instant (epoch ms) are not shown; set while not following. */
  until?: number;
  marks: string[];
  onlyMarked: boolean;
}

export interface DetailState {
  /** The title of the panel. */
  tab: string;
  table: Cursor;
  text: Cursor;
  grouped: boolean;
  libraries: boolean;
  wrap: boolean;
  /** The order of the tab's table. */
  sorted: 'start' | 'total';
  /** What is searched for in the text. */
  find: string;
}

/** The pane with what the app prints. */
export interface OutputState {
  shown: boolean;
  /** The newest row stays in sight. */
  follow: boolean;
  /** The first row in sight, counted from the first that was ever printed. */
  top: number;
  find: string;
  /** The row of the match that was gone to last. */
  at?: number;
}

/** A line being typed. */
export interface Prompt {
  kind: 'filter' | 'find' | 'save' | 'url' | 'tell';
  text: string;
  /** Before which character (not code unit) the caret stands. */
  caret: number;
  /** What to go back to. */
  before: string;
  /** Steps back in the history; 0 is the line itself. */
  past: number;
}

/** A box over the screen. */
export type Popup =
  | { kind: 'menu'; menu: MenuName; input: string; at: number; top: number }
  | { kind: 'ask'; question: string; yes: Action }
  | { kind: 'text'; title: string; lines: readonly Line[]; top: number };

export type MenuName = 'help' | 'palette' | 'copy' | 'sort' | 'filters' | 'record';

export interface State {
  columns: number;
  rows: number;
  focus: Pane;
  zoom: boolean;
  mouse: boolean;
  list: ListState;
  detail: DetailState;
  /** Only where the app's output is to be had. */
  output?: OutputState;
  prompt?: Prompt;
  popup?: Popup;
  /** One line in the footer until the next key. */
  notice?: { text: string; role: 'ok' | 'warn' | 'error' };
  /** Filters typed before, newest first, and those saved by name. */
  history: string[];
  saved: { name: string; filter: string }[];
}

/** What can be asked of the browser. `reduce` answers those that only change the state; the others reach outside. */
export type Action =
  | { type: 'size'; columns: number; rows: number }
  | { type: 'move'; by: 'row' | 'half' | 'page' | 'end'; n: 1 | -1 }
  | { type: 'at'; pane: Pane; index: number }
  | { type: 'select'; id: string | undefined; index: number }
  | { type: 'open' }
  | { type: 'back' }
  | { type: 'pop' }
  | { type: 'pane'; n: 1 | -1 }
  | { type: 'tab'; to: string }
  | { type: 'nextTab'; n: 1 | -1 }
  | { type: 'scroll'; n: number }
  | { type: 'request'; n: 1 | -1 }
  | { type: 'prompt'; kind: Prompt['kind']; text?: string }
  | { type: 'type'; text: string }
  | { type: 'erase'; what: 'char' | 'word' | 'line' | 'next' }
  | { type: 'caret'; n: number }
  | { type: 'past'; n: 1 | -1 }
  | { type: 'accept' }
  | { type: 'filter'; text: string }
  | { type: 'route'; filter: string }
  | { type: 'match'; n: 1 | -1 }
  | { type: 'sort'; by: Sort['by'] }
  | { type: 'reverse' }
  | { type: 'follow' }
  | { type: 'hold' }
  | { type: 'freeze' }
  | { type: 'mark' }
  | { type: 'onlyMarked' }
  | { type: 'view' }
  | { type: 'libraries' }
  | { type: 'wrap' }
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

/** Actions that reach outside the state: the browser performs them. */
export type EffectAction =
  | { type: 'quit' }
  | { type: 'redraw' }
  | { type: 'suspend' }
  | { type: 'copy'; what: string }
  | { type: 'edit' }
  | { type: 'openUrl' }
  | { type: 'replay'; url?: string; sure?: boolean }
  | { type: 'diff' }
  | { type: 'explain' }
  | { type: 'record'; recording: 'all' | 'marked' | 'off' }
  | { type: 'restart' }
  | { type: 'tell'; line: string };

/** What the state alone does not know: how much there is, and how much of it fits. */
export interface ViewFacts {
  list: { count: number; height: number };
  table: { count: number; height: number };
  text: { count: number; height: number; matches: number[] };
  output: { first: number; count: number; height: number; matches: number[] };
  popup: { count: number; height: number };
  /** Titles of the panels, in their order. */
  tabs: string[];
  /** Panes in sight beside each other. */
  panes: 1 | 2 | 3;
  /** Epoch ms of the newest data. */
  now: number;
}

/** Fewer rows are for the list alone; the output has a key. */
const ROOM_FOR_OUTPUT = 24;

/** Answers the state of a browser that has just been opened, with or without the app's output. */
export function initialState(columns: number, rows: number, output = false): State {
  const shown = rows >= ROOM_FOR_OUTPUT;
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
      find: '',
    },
    history: [],
    saved: [],
  };
}
