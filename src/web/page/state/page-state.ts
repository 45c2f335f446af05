/** State of the page beside its address, and the reducer that changes it. */

import { nextLatency } from '../../../screens/latency-steps.js';
import type { ListAddress } from './address.js';
import { FIRST_LIST } from './address.js';

/** Colours: as the system has them, or one of both. */
export type PageTheme = 'auto' | 'light' | 'dark';
export const PAGE_THEMES: PageTheme[] = ['auto', 'light', 'dark'];

/** Box over the page. */
export type PageDialog = 'help' | 'copy' | 'record' | 'url' | 'sort' | 'commands';

/** Message that is shown for a while. */
export interface PageNotice {
  text: string;
  role: 'ok' | 'warn' | 'error';
  /** Distinguishes equal messages. */
  number: number;
  /** Request that it leads to. */
  request?: string;
}

export interface PageState {
  /** The list that is shown, or was before a request was opened. */
  list: ListAddress;
  /** Id of the request on which keys act. */
  selected?: string;
  /** Epoch ms; later requests are counted and not listed. Missing while the list follows. */
  until?: number;
  /** How often it was asked to follow: each time it goes to its top. */
  follows: number;
  /** Nothing changes by itself. */
  isPaused: boolean;
  /** Ids of the marked requests, oldest mark first. */
  marks: string[];
  onlyMarked: boolean;
  /** Equal calls are one row. */
  isGrouped: boolean;
  /** Stacks have the frames of libraries, and profiles each of their functions. */
  hasLibraries: boolean;
  /** Calls are in order of time, or the costliest first. */
  order: 'start' | 'total';
  theme: PageTheme;
  /** ms that all which a request calls is assumed to be further away. */
  latency: number;
  /** Request that is sent again after each restart of the app, and what became of it. */
  watch?: { id: string; name: string; last?: string };
  dialog?: PageDialog;
  notice?: PageNotice;
}

export type PageAction =
  | { type: 'list'; list: ListAddress }
  | { type: 'select'; id: string | undefined }
  | { type: 'hold'; until: number }
  | { type: 'follow' }
  | { type: 'top' }
  | { type: 'pause' }
  | { type: 'mark'; id: string }
  | { type: 'onlyMarked' }
  | { type: 'group' }
  | { type: 'libraries' }
  | { type: 'order' }
  | { type: 'theme' }
  | { type: 'latency'; step: 1 | -1 }
  | { type: 'watch'; id: string; name: string }
  | { type: 'unwatch' }
  | { type: 'watched'; last: string }
  | { type: 'dialog'; dialog: PageDialog }
  | { type: 'close' }
  | { type: 'notice'; text: string; role: PageNotice['role']; request?: string }
  | { type: 'seen'; number: number };

/** State at the start. */
export function firstPageState(theme: PageTheme = 'auto'): PageState {
  return {
    list: FIRST_LIST,
    follows: 0,
    isPaused: false,
    marks: [],
    onlyMarked: false,
    isGrouped: true,
    hasLibraries: false,
    order: 'total',
    theme,
    latency: 0,
  };
}

/** State after an action. */
export function reducePage(state: PageState, action: PageAction): PageState {
  switch (action.type) {
    case 'list':
      return withList(state, action.list);
    case 'select': {
      const { selected: _, ...rest } = state;
      return action.id === undefined ? rest : { ...rest, selected: action.id };
    }
    case 'hold':
      return state.until === undefined ? { ...state, until: action.until } : state;
    case 'follow': {
      const { until: _, ...rest } = state;
      return { ...rest, isPaused: false, follows: state.follows + 1 };
    }
    case 'top': {
      const { until, ...rest } = state;
      return until === undefined ? state : rest;
    }
    case 'pause':
      return { ...state, isPaused: !state.isPaused };
    case 'mark':
      return withMark(state, action.id);
    case 'onlyMarked':
      return { ...state, onlyMarked: state.marks.length > 0 && !state.onlyMarked };
    case 'group':
      return { ...state, isGrouped: !state.isGrouped };
    case 'libraries':
      return { ...state, hasLibraries: !state.hasLibraries };
    case 'order':
      return { ...state, order: state.order === 'start' ? 'total' : 'start' };
    case 'theme':
      return { ...state, theme: PAGE_THEMES[(PAGE_THEMES.indexOf(state.theme) + 1) % PAGE_THEMES.length]! };
    case 'latency':
      return { ...state, latency: nextLatency(state.latency, action.step) };
    case 'watch':
    case 'unwatch':
    case 'watched':
      return reduceWatch(state, action);
    default:
      return reduceBoxes(state, action);
  }
}

type WatchAction = Extract<PageAction, { type: 'watch' | 'unwatch' | 'watched' }>;

function reduceWatch(state: PageState, action: WatchAction): PageState {
  const { watch, ...rest } = state;
  if (action.type === 'unwatch') return rest;
  if (action.type === 'watch') return { ...rest, watch: { id: action.id, name: action.name } };
  return watch === undefined ? rest : { ...rest, watch: { ...watch, last: action.last } };
}

function reduceBoxes(state: PageState, action: PageAction): PageState {
  const { dialog: _, ...closed } = state;
  switch (action.type) {
    case 'dialog':
      return { ...state, dialog: action.dialog };
    case 'close':
      return closed;
    case 'notice': {
      const { type: __, ...notice } = action;
      return { ...closed, notice: { ...notice, number: (state.notice?.number ?? 0) + 1 } };
    }
    case 'seen': {
      const { notice, ...rest } = state;
      return notice?.number === action.number ? rest : state;
    }
    default:
      return state;
  }
}

/** Another list begins at its top, and follows. */
function withList(state: PageState, list: ListAddress): PageState {
  if (JSON.stringify(list) === JSON.stringify(state.list)) return state;
  const { until: _, ...rest } = state;
  return { ...rest, list };
}

function withMark(state: PageState, id: string): PageState {
  const isMarked = state.marks.includes(id);
  const marks = isMarked ? state.marks.filter((each) => each !== id) : [...state.marks, id];
  return { ...state, marks, onlyMarked: state.onlyMarked && marks.length > 0 };
}
