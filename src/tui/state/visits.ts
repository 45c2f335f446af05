/** Requests that are shown in place of the list's: the one that blocked, or what a call became elsewhere. */

import type { State, Visit } from './state.js';

const TOP = { at: 0, top: 0 };
/** Two requests that blocked each other can be visited for ever. */
const MAX_VISITS = 50;

/** Shows another request in a tab, with the focus on it. */
export function visit(state: State, { id, tab }: { id: string; tab: string }): State {
  const { tab: before, table, trail, visits = [] } = state.detail;
  const from = { tab: before, table, ...(trail && { trail }), focus: state.focus };
  const next: Visit = { id, from };
  return {
    ...state,
    focus: 'table',
    detail: {
      ...state.detail,
      ...{ tab, table: TOP, text: TOP, trail: [] },
      visits: [...visits, next].slice(-MAX_VISITS),
    },
  };
}

/** Goes back to where the last visit came from. */
export function leaveVisit(state: State, visits: readonly Visit[]): State {
  const { focus, tab, table, trail = [] } = visits.at(-1)!.from;
  const detail = { ...state.detail, tab, table, text: TOP, trail, visits: visits.slice(0, -1) };
  return { ...state, focus, detail };
}

/** Ends all visits: the list's request is shown again. */
export function endVisits(state: State): State {
  const { visits, ...detail } = state.detail;
  return visits === undefined ? state : { ...state, detail };
}
