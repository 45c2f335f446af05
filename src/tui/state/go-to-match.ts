/** Steps through the matches of a tab: from row to row, through the text of each on the way. */

import { settleCursor } from './cursor.js';
import type { State, ViewFacts } from './state.js';

/** First of the matches after `at` (`n` 1), or last before it (`n` -1). */
function neighbour(matches: number[], at: number, n: 1 | -1): number | undefined {
  return n > 0 ? matches.find((index) => index > at) : matches.findLast((index) => index < at);
}

function atText(state: State, at: number, { text }: ViewFacts): State {
  const cursor = settleCursor({ at, top: state.detail.text.top }, text.count, text.height);
  return { ...state, focus: 'text', detail: { ...state.detail, text: cursor } };
}

function atRow(state: State, at: number, { table }: ViewFacts): State {
  const cursor = settleCursor({ at, top: state.detail.table.top }, table.count, table.height);
  const text = at === state.detail.table.at ? state.detail.text : { at: 0, top: 0 };
  return { ...state, focus: 'table', detail: { ...state.detail, table: cursor, text } };
}

/** State at the next or previous match; after the last row comes the first. */
export function goToMatch(state: State, n: 1 | -1, facts: ViewFacts): State {
  const { table, text } = facts;
  const row = state.detail.table.at;
  const isInText = state.focus === 'text';
  // The text of a row follows the row, so that a step back from the row leads to an earlier row.
  const start = isInText ? state.detail.text.at : n > 0 ? -1 : Number.NEGATIVE_INFINITY;
  const line = neighbour(text.matches, start, n);
  if (line !== undefined) return atText(state, line, facts);
  if (isInText && n < 0 && table.matches.includes(row)) return atRow(state, row, facts);
  const next = neighbour(table.matches, row, n) ?? table.matches.at(n > 0 ? 0 : -1);
  if (next !== undefined) return atRow(state, next, facts);
  const again = text.matches.at(n > 0 ? 0 : -1);
  return again === undefined ? state : atText(state, again, facts);
}
