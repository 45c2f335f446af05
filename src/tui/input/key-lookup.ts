/** Looks keys up: pane keys in the bindings, prompt and popup keys in fixed tables. */

import type { Action, Pane, State } from '../state/state.js';
import type { Binding } from './bindings.js';

export function isBoundIn(binding: Binding, pane: Pane): boolean {
  if (binding.where === 'everywhere' || binding.where === pane) return true;
  return binding.where === 'detail' && (pane === 'table' || pane === 'text');
}

/** Binding of a key in a pane; undefined when the key is unused there. */
export function findBinding(bindings: Binding[], key: string, pane: Pane): Binding | undefined {
  return bindings.find((binding) => binding.keys.includes(key) && isBoundIn(binding, pane));
}

const PROMPT_KEYS: Record<string, Action> = {
  enter: { type: 'accept' },
  esc: { type: 'back' },
  'ctrl+c': { type: 'quit' },
  backspace: { type: 'erase', what: 'char' },
  delete: { type: 'erase', what: 'next' },
  'ctrl+d': { type: 'erase', what: 'next' },
  'ctrl+w': { type: 'erase', what: 'word' },
  'ctrl+u': { type: 'erase', what: 'line' },
  left: { type: 'caret', n: -1 },
  right: { type: 'caret', n: 1 },
  home: { type: 'caret', n: -10_000 },
  'ctrl+a': { type: 'caret', n: -10_000 },
  end: { type: 'caret', n: 10_000 },
  'ctrl+e': { type: 'caret', n: 10_000 },
  up: { type: 'past', n: 1 },
  down: { type: 'past', n: -1 },
};

const POPUP_KEYS: Record<string, Action> = {
  esc: { type: 'close' },
  'ctrl+c': { type: 'quit' },
  up: { type: 'move', by: 'row', n: -1 },
  down: { type: 'move', by: 'row', n: 1 },
  'ctrl+p': { type: 'move', by: 'row', n: -1 },
  'ctrl+n': { type: 'move', by: 'row', n: 1 },
  pageup: { type: 'move', by: 'page', n: -1 },
  pagedown: { type: 'move', by: 'page', n: 1 },
  home: { type: 'move', by: 'end', n: -1 },
  end: { type: 'move', by: 'end', n: 1 },
  backspace: { type: 'erase', what: 'char' },
  delete: { type: 'erase', what: 'char' },
  'ctrl+u': { type: 'erase', what: 'line' },
};

/** Keys of a popup with text, in which letters type nothing, by their equivalent in POPUP_KEYS. */
const TEXT_POPUP_ALIASES: Record<string, string> = {
  j: 'down',
  k: 'up',
  space: 'pagedown',
  g: 'home',
  G: 'end',
  q: 'esc',
  enter: 'esc',
};

/** Keys of a popup with text that search it, as in the panes. */
const TEXT_POPUP_KEYS: Record<string, Action> = {
  '/': { type: 'prompt', kind: 'find' },
  n: { type: 'match', n: 1 },
  N: { type: 'match', n: -1 },
  esc: { type: 'back' },
};

/** Action of a key in the prompt; undefined for printable keys, which insert their character. */
export function promptAction(key: string): Action | undefined {
  return PROMPT_KEYS[key];
}

/** Action of a key in a popup, apart from choosing an item and typing. */
export function popupAction(state: State, key: string): Action | undefined {
  if (state.popup?.kind !== 'text') return POPUP_KEYS[key];
  return TEXT_POPUP_KEYS[key] ?? POPUP_KEYS[TEXT_POPUP_ALIASES[key] ?? key];
}
