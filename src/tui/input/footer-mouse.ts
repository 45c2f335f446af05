/** Maps a click on the footer to the action of the key that is written there. */

import type { Action } from '../state/state.js';
import { footerActionAt } from '../view/footer.js';
import type { ViewModel } from '../view/view-model.js';
import type { Binding } from './bindings.js';
import type { MouseReport } from './key-names.js';
import { unavailableReason } from './unavailable.js';

/** Action of a click; undefined elsewhere, and while a prompt, a message or a popup is in the way. */
export function footerAction(
  viewModel: ViewModel,
  bindings: Binding[],
  { press, button, row, column }: MouseReport,
): Action | undefined {
  const { state, layout } = viewModel;
  if (!press || button !== 0 || row !== state.rows - 1 || layout.tooSmall) return undefined;
  if (state.popup || state.prompt || state.notice) return undefined;
  const isAvailable = (action: Action) => unavailableReason(action, viewModel) === undefined;
  return footerActionAt(bindings, state, state.columns - 1, isAvailable, column);
}
