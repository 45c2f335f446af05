/** Which key does what: the questions that are asked of the table in bindings.ts. */

import type { Action, Pane, State } from '../state/state.js';
import type { Binding } from './bindings.js';

/** Answers whether a binding works in a pane. */
export function worksIn(binding: Binding, pane: Pane): boolean {
  if (binding.where === 'everywhere' || binding.where === pane) return true;
  return binding.where === 'detail' && (pane === 'table' || pane === 'text');
}

/** Answers what a key does in a pane. */
export function bindingOf(bindings: Binding[], key: string, pane: Pane): Binding | undefined {
  return bindings.find((binding) => binding.keys.includes(key) && worksIn(binding, pane));
}

const PROMPT: Record<string, Action> = {
  enter: { type: 'accept' },
  esc: { type: 'back' },
  'ctrl+c': { type: 'quit' },
  backspace: { type: 'erase', what: 'char' },
  delete: { type: 'erase', what: 'char' },
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

const POPUP: Record<string, Action> = {
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

/** Answers what a key does to the line being typed; a printable one types itself. */
export function promptAction(key: string): Action | undefined {
  return PROMPT[key];
}

/** Answers what a key does to a box over the screen, where it does not choose or type. */
export function popupAction(state: State, key: string): Action | undefined {
  const { popup } = state;
  if (popup?.kind === 'text') {
    const reading = { j: 'down', k: 'up', space: 'pagedown', g: 'home', G: 'end', q: 'esc', enter: 'esc' }[
      key
    ];
    return POPUP[reading ?? key];
  }
  return POPUP[key];
}
