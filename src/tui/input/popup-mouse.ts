/** Maps mouse reports to actions while a popup is open: the wheel scrolls, a click does an item. */

import type { Action } from '../state/state.js';
import { menuCells, popupCells, popupRect } from '../view/popup-rect.js';
import type { ViewModel } from '../view/view-model.js';
import type { MouseReport } from './key-names.js';

const WHEEL_UP = 64;
const WHEEL_DOWN = 65;

/** Actions of a mouse report, in order; a click beside the popup closes it. */
export function popupMouseActions({ state, items }: ViewModel, mouse: MouseReport): Action[] {
  const { popup } = state;
  if (!popup || !mouse.press) return [];
  if (mouse.button === WHEEL_UP || mouse.button === WHEEL_DOWN)
    return [{ type: 'move', by: 'row', n: mouse.button === WHEEL_UP ? -1 : 1 }];
  if (mouse.button !== 0) return [];
  // A question wants a key: a click that was meant for something else must not answer it.
  if (popup.kind === 'ask') return [];
  if (popup.kind === 'text') return [{ type: 'close' }];
  const shown = Math.min(items.length, Math.max(1, state.rows - 6));
  const rect = popupRect(state, Math.min(menuCells(popup.menu), popupCells(state)), Math.max(1, shown) + 2);
  const row = mouse.row - rect.y - 1;
  const isBeside =
    mouse.column < rect.x || mouse.column >= rect.x + rect.width || row < -1 || row > rect.height - 2;
  if (isBeside) return [{ type: 'close' }];
  const item = row >= 0 && row < shown ? items[popup.top + row] : undefined;
  return item ? [{ type: 'close' }, item.action] : [];
}
