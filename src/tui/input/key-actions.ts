/** What a key asks for, by what has the keys: a line being typed, a box over the screen, or a pane. */

import type { Action, Popup, State } from '../state/state.js';
import type { Binding } from './bindings.js';
import { bindingOf, popupAction, promptAction } from './key-lookup.js';
import { typedText } from './key-names.js';
import { isNarrowedByTyping, type MenuItem } from './menu.js';

/** Answers the actions of a key, in their order; `items` answers those of the box that is open. */
export function keyActions(
  key: string,
  state: State,
  bindings: Binding[],
  items: () => MenuItem[],
): Action[] {
  const { prompt, popup } = state;
  if (prompt) return some(promptAction(key) ?? typing(key));
  if (popup?.kind === 'ask') return answered(key, popup);
  if (popup?.kind === 'menu') return inMenu(key, state, popup, items());
  if (popup) return some(popupAction(state, key));
  return some(bindingOf(bindings, key, state.focus)?.action);
}

function some(action: Action | undefined): Action[] {
  return action ? [action] : [];
}

function typing(key: string): Action | undefined {
  const text = typedText(key);
  return text === undefined ? undefined : { type: 'type', text };
}

function answered(key: string, popup: Popup & { kind: 'ask' }): Action[] {
  if (key === 'ctrl+c') return [{ type: 'quit' }];
  return key === 'y' || key === 'Y' ? [{ type: 'close' }, popup.yes] : [{ type: 'close' }];
}

function inMenu(key: string, state: State, popup: Popup & { kind: 'menu' }, items: MenuItem[]): Action[] {
  const narrowing = isNarrowedByTyping(popup.menu);
  const chosen =
    key === 'enter' ? items[popup.at] : narrowing ? undefined : items.find((item) => item.key === key);
  if (chosen) return [{ type: 'close' }, chosen.action];
  const own = popupAction(state, key);
  if (own) return [own];
  if (narrowing) return some(typing(key));
  if (key === 'j' || key === 'k') return [{ type: 'move', by: 'row', n: key === 'j' ? 1 : -1 }];
  return key === 'q' ? [{ type: 'close' }] : [];
}
