/** Maps a key to actions, by the target of the keyboard: the prompt, a popup, or a pane. */

import type { Action, Popup, State } from '../state/state.js';
import type { Binding } from './bindings.js';
import { findBinding, popupAction, promptAction } from './key-lookup.js';
import { typedText } from './key-names.js';
import { isNarrowedByTyping, type MenuItem } from './menu.js';

/** Actions of a key, in order; `items` returns the items of the open menu. */
export function keyActions(
  key: string,
  state: State,
  bindings: Binding[],
  items: () => MenuItem[],
): Action[] {
  const { prompt, popup } = state;
  if (prompt) return optional(promptAction(key) ?? typeAction(key));
  if (popup?.kind === 'ask') return answerActions(key, popup);
  if (popup?.kind === 'menu') return menuActions(key, state, popup, items());
  if (popup) return optional(popupAction(state, key));
  return optional(findBinding(bindings, key, state.focus)?.action);
}

function optional(action: Action | undefined): Action[] {
  return action ? [action] : [];
}

function typeAction(key: string): Action | undefined {
  const text = typedText(key);
  return text === undefined ? undefined : { type: 'type', text };
}

function answerActions(key: string, popup: Popup & { kind: 'ask' }): Action[] {
  if (key === 'ctrl+c') return [{ type: 'quit' }];
  return key === 'y' || key === 'Y' ? [{ type: 'close' }, popup.yes] : [{ type: 'close' }];
}

function menuActions(
  key: string,
  state: State,
  popup: Popup & { kind: 'menu' },
  items: MenuItem[],
): Action[] {
  const isTyping = isNarrowedByTyping(popup.menu);
  const item =
    key === 'enter'
      ? items[popup.at]
      : isTyping
        ? undefined
        : items.find((candidate) => candidate.key === key);
  if (item) return [{ type: 'close' }, item.action];
  const action = popupAction(state, key);
  if (action) return [action];
  if (isTyping) return optional(typeAction(key));
  if (key === 'j' || key === 'k') return [{ type: 'move', by: 'row', n: key === 'j' ? 1 : -1 }];
  return key === 'q' ? [{ type: 'close' }] : [];
}
