/** Place of a popup on the screen, for drawing it and for clicks on it. */

import type { MenuName, State } from '../state/state.js';
import type { Rect } from './layout.js';

/** Cells inside the frame of a text, and at most of a menu. */
export function popupCells({ columns }: Pick<State, 'columns'>): number {
  return columns - 6;
}

/** Cells inside the frame of a menu, where the screen has them. */
export function menuCells(menu: MenuName): number {
  return menu === 'help' ? 96 : 76;
}

/** Rectangle of a popup with its frame; `cells` are those inside, `height` is with the frame. */
export function popupRect(
  { columns, rows }: Pick<State, 'columns' | 'rows'>,
  cells: number,
  height: number,
): Rect {
  const width = cells + 2;
  const y = Math.max(1, Math.floor((rows - height) / 3));
  return { x: Math.floor((columns - width) / 2), y, width, height };
}
