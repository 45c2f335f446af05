/** List pane: the visible rows of the list of requests or routes. */

import { wrapLine } from '../../terminal/cells.js';
import { emptyLines } from '../view/empty.js';
import type { Rect } from '../view/layout.js';
import { columnHeads, listColumns, requestRow, routeRow } from '../view/list-rows.js';
import { paintLine, type Theme } from '../view/theme.js';
import type { ViewModel } from '../view/view-model.js';
import { Rows } from './Rows.js';

/** Painted rows of the list. */
function listRows(viewModel: ViewModel, rect: Rect, theme: Theme): string[] {
  const { state, list, layout } = viewModel;
  const { cursor, marks, view, sort } = state.list;
  const columns = listColumns(rect.width, view === 'routes', sort.by);
  const painted = layout.compact
    ? []
    : [paintLine(columnHeads(columns, sort, view === 'routes'), rect.width, theme)];
  const height = rect.height - painted.length;
  if (list.count === 0 && !list.stale) {
    return [
      ...painted,
      ...emptyLines(state, viewModel.status, viewModel.stats)
        .flatMap((line) => wrapLine(line, rect.width - 1))
        .map((line) => paintLine(line, rect.width, theme)),
    ];
  }
  for (let index = cursor.top; index < Math.min(cursor.top + height, list.count); index++) {
    const selected = index === cursor.at;
    // Rows of the previous query stay visible, dimmed, until the new query has its result.
    const base = list.stale ? 'dim' : selected ? (state.focus === 'list' ? 'selected' : 'bold') : '';
    if (view === 'routes') {
      const row = list.routes[index];
      if (row) painted.push(paintLine(routeRow(row, columns, selected), rect.width, theme, base));
      continue;
    }
    const row = list.row(index);
    const marked = row !== undefined && marks.includes(row.id);
    const line = row
      ? requestRow(row, columns, { selected, marked, now: viewModel.now })
      : [['  …', 'dim'] as const];
    painted.push(paintLine(line, rect.width, theme, base));
  }
  return painted;
}

export function TraceList({ viewModel, rect, theme }: { viewModel: ViewModel; rect: Rect; theme: Theme }) {
  return <Rows rows={listRows(viewModel, rect, theme)} width={rect.width} height={rect.height} />;
}
