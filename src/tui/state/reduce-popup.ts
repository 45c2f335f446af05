/** Reducer of popups: opening, moving, typing into a menu, closing. */

import { graphemes, wrapLine } from '../../terminal/cells.js';
import { popupCells } from '../view/popup-rect.js';
import { moveCursor } from './cursor.js';
import type { Action, Popup, State, ViewFacts } from './state.js';

function closePopup(state: State): State {
  const { popup: _, ...rest } = state;
  return rest;
}

function withInput(popup: Popup, input: string): Popup {
  return popup.kind === 'menu' ? { ...popup, input, at: 0, top: 0 } : popup;
}

function move(popup: Popup, action: Action & { type: 'move' }, { count, height }: ViewFacts['popup']): Popup {
  if (popup.kind === 'menu') return { ...popup, ...moveCursor(popup, action.by, action.n, count, height) };
  if (popup.kind !== 'text') return popup;
  const step = action.by === 'row' ? 1 : action.by === 'end' ? count : Math.max(1, height - 1);
  return { ...popup, top: Math.max(0, Math.min(popup.top + action.n * step, count - height)) };
}

type TextPopup = Popup & { kind: 'text' };

function withoutFind({ find: _, ...popup }: TextPopup): TextPopup {
  return popup;
}

/** Goes to the next or previous line that matches; after the last comes the first. */
function goToLine(popup: TextPopup, n: 1 | -1, { count, height, matches }: ViewFacts['popup']): TextPopup {
  const { find } = popup;
  if (!find) return popup;
  const from = find.line ?? (n > 0 ? popup.top - 1 : popup.top);
  const line =
    n > 0
      ? (matches.find((index) => index > from) ?? matches[0])
      : (matches.findLast((index) => index < from) ?? matches.at(-1));
  if (line === undefined) return popup;
  const isVisible = line >= popup.top && line < popup.top + height;
  const top = isVisible ? popup.top : Math.max(0, Math.min(line - Math.floor(height / 3), count - height));
  return { ...popup, top, find: { ...find, line } };
}

/** Popup with a text, wrapped: it does not scroll sideways. */
function textPopup({ title, lines }: Action & { type: 'show' }, cells: number): TextPopup {
  return { kind: 'text', title, lines: lines.flatMap((line) => wrapLine(line, cells)), top: 0 };
}

/** State after an action that opens, uses or closes a popup; undefined for other actions. */
export function reducePopup(state: State, action: Action, facts: ViewFacts): State | undefined {
  switch (action.type) {
    case 'menu':
      return { ...state, popup: { kind: 'menu', menu: action.menu, input: '', at: 0, top: 0 } };
    case 'ask':
      return { ...state, popup: { kind: 'ask', question: action.question, yes: action.yes } };
    case 'show':
      return { ...state, popup: textPopup(action, popupCells(state)) };
  }
  const { popup } = state;
  if (!popup) return undefined;
  if (state.popup?.kind === 'text' && action.type === 'match')
    return { ...state, popup: goToLine(state.popup, action.n, facts.popup) };
  switch (action.type) {
    case 'back':
      return popup.kind === 'text' && popup.find
        ? { ...state, popup: withoutFind(popup) }
        : closePopup(state);
    case 'close':
      return closePopup(state);
    case 'move':
      return { ...state, popup: move(popup, action, facts.popup) };
    case 'type':
      return popup.kind === 'menu' ? { ...state, popup: withInput(popup, popup.input + action.text) } : state;
    case 'erase': {
      if (popup.kind !== 'menu') return state;
      const input = action.what === 'char' ? graphemes(popup.input).slice(0, -1).join('') : '';
      return { ...state, popup: withInput(popup, input) };
    }
    default:
      return undefined;
  }
}
