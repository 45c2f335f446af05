/** Maps mouse reports to actions, by the row under the pointer. */

import type { Action, Pane } from '../state/state.js';
import { canvasTop } from '../view/canvas-top.js';
import type { Rect } from '../view/layout.js';
import { listColumns, sortAt } from '../view/list-rows.js';
import { tabAt } from '../view/title.js';
import { tableHeight, type ViewModel } from '../view/view-model.js';
import type { MouseReport } from './key-names.js';

const WHEEL_UP = 64;
const WHEEL_DOWN = 65;

function isWithin({ column, row }: MouseReport, rect: Rect | undefined): rect is Rect {
  return (
    rect !== undefined &&
    column >= rect.x &&
    column < rect.x + rect.width &&
    row >= rect.y &&
    row < rect.y + rect.height
  );
}

/** Row `at` rows below the heads of a pane, -1 on a head. */
function below(pane: Pane, top: number, at: number, count: number) {
  return { pane, index: at < 0 ? -1 : top + at, count };
}

/** Row under the pointer: its pane, its index and the pane's row count. */
function rowAt(
  viewModel: ViewModel,
  mouse: MouseReport,
): { pane: Pane; index: number; count: number } | undefined {
  const { layout, state, page, text, list } = viewModel;
  if (isWithin(mouse, layout.list)) {
    const heads = layout.compact ? 0 : 1;
    return below('list', state.list.cursor.top, mouse.row - layout.list!.y - heads, list.count);
  }
  if (isWithin(mouse, layout.table)) {
    const height = tableHeight(viewModel);
    const heads = layout.table!.height - height;
    if (page.canvas) {
      const { at } = state.detail.table;
      const row = canvasTop(page.canvas, at, height) + mouse.row - layout.table!.y - heads;
      const index = page.canvas.frameAt(row, mouse.column - layout.table!.x - 1, layout.table!.width - 2);
      return { pane: 'table', index: index ?? -1, count: page.entries.length };
    }
    return below('table', state.detail.table.top, mouse.row - layout.table!.y - heads, page.entries.length);
  }
  if (isWithin(mouse, layout.text)) {
    return { pane: 'text', index: state.detail.text.top + mouse.row - layout.text!.y, count: text.length };
  }
  if (isWithin(mouse, layout.output)) return { pane: 'output', index: 0, count: 1 };
  return undefined;
}

/** Action of a click on a tab, or on a column head of the list: the same head again turns the order around. */
function headAction(
  { layout, state, trace, panels }: ViewModel,
  { column, row }: MouseReport,
): Action | undefined {
  const { title, list } = layout;
  if (title && trace && row === title.y + 1 && column >= title.x) {
    const to = tabAt(panels, trace, state.detail.tab, title.width, column - title.x);
    if (to !== undefined) return { type: 'tab', to };
  }
  if (!list || layout.compact || row !== list.y || column >= list.x + list.width) return undefined;
  const { sort, view } = state.list;
  const by = sortAt(listColumns(list.width, view === 'routes', sort.by), column - list.x, view === 'routes');
  if (by === undefined) return undefined;
  return { type: 'sort', by, reverse: by === sort.by && !sort.reverse };
}

/** True for the selected row of the focused pane: another click on it opens it. */
function isSelected({ state }: ViewModel, { pane, index }: { pane: Pane; index: number }): boolean {
  if (pane !== state.focus) return false;
  return index === (pane === 'list' ? state.list.cursor.at : pane === 'table' ? state.detail.table.at : -1);
}

/** Action of a mouse report; undefined for releases, other buttons, and with a prompt or popup. */
export function mouseAction(viewModel: ViewModel, mouse: MouseReport): Action | undefined {
  if (!mouse.press || viewModel.state.popup || viewModel.state.prompt) return undefined;
  const row = rowAt(viewModel, mouse);
  if (mouse.button === WHEEL_UP || mouse.button === WHEEL_DOWN) {
    const pane = row?.pane ?? viewModel.state.focus;
    return { type: 'wheel', pane, n: mouse.button === WHEEL_UP ? -1 : 1 };
  }
  if (mouse.button !== 0) return undefined;
  const head = headAction(viewModel, mouse);
  if (head) return head;
  if (viewModel.layout.header > 1 && mouse.row === 1) return { type: 'prompt', kind: 'filter' };
  if (!row || row.index < 0 || row.index >= row.count) return undefined;
  if (isSelected(viewModel, row)) return { type: 'open' };
  return { type: 'at', pane: row.pane, index: row.index };
}
