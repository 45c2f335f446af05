/** What a click or a turn of the wheel means, by what is under it. */

import type { Action, Pane } from '../state/state.js';
import type { Rect } from '../view/layout.js';
import { tableHeight, type ViewModel } from '../view/view-model.js';
import type { MouseReport } from './key-names.js';

const WHEEL_UP = 64;
const WHEEL_DOWN = 65;

function within({ column, row }: MouseReport, rect: Rect | undefined): rect is Rect {
  return (
    rect !== undefined &&
    column >= rect.x &&
    column < rect.x + rect.width &&
    row >= rect.y &&
    row < rect.y + rect.height
  );
}

/** Answers which row of which pane is under the mouse. */
function under(
  picture: ViewModel,
  mouse: MouseReport,
): { pane: Pane; index: number; count: number } | undefined {
  const { layout, state, page, text, list } = picture;
  if (within(mouse, layout.list)) {
    const heads = layout.compact ? 0 : 1;
    const index = state.list.cursor.top + mouse.row - layout.list!.y - heads;
    return { pane: 'list', index, count: list.count };
  }
  if (within(mouse, layout.table)) {
    const heads = layout.table!.height - tableHeight(picture);
    return {
      pane: 'table',
      index: state.detail.table.top + mouse.row - layout.table!.y - heads,
      count: page.entries.length,
    };
  }
  if (within(mouse, layout.text)) {
    return { pane: 'text', index: state.detail.text.top + mouse.row - layout.text!.y, count: text.length };
  }
  if (within(mouse, layout.output)) return { pane: 'output', index: 0, count: 1 };
  return undefined;
}

/** Answers what a mouse report asks for, if anything. */
export function mouseAction(picture: ViewModel, mouse: MouseReport): Action | undefined {
  if (!mouse.press || picture.state.popup || picture.state.prompt) return undefined;
  if (mouse.button === WHEEL_UP) return { type: 'move', by: 'row', n: -1 };
  if (mouse.button === WHEEL_DOWN) return { type: 'move', by: 'row', n: 1 };
  if (mouse.button !== 0) return undefined;
  const hit = under(picture, mouse);
  if (!hit || hit.index < 0 || hit.index >= hit.count) return undefined;
  return { type: 'at', pane: hit.pane, index: hit.index };
}
