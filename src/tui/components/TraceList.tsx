/** The list: requests or routes, newest first, as many as fit. */

import { emptyLines } from '../view/empty.js';
import type { Rect } from '../view/layout.js';
import { columnHeads, listColumns, requestRow, routeRow } from '../view/list-rows.js';
import { paintLine, type Theme } from '../view/theme.js';
import type { ViewModel } from '../view/view-model.js';
import { Rows } from './Rows.js';

/** Answers the painted rows of the list. */
function listRows(picture: ViewModel, rect: Rect, theme: Theme): string[] {
  const { state, list, layout } = picture;
  const { cursor, marks, view, sort } = state.list;
  const columns = listColumns(rect.width);
  const out = layout.compact
    ? []
    : [paintLine(columnHeads(columns, sort, view === 'routes'), rect.width, theme)];
  const height = rect.height - out.length;
  if (list.count === 0 && !list.stale) {
    const total = picture.stats?.total ?? 0;
    return [
      ...out,
      ...emptyLines(state, picture.status, total).map((line) => paintLine(line, rect.width, theme)),
    ];
  }
  for (let index = cursor.top; index < Math.min(cursor.top + height, list.count); index++) {
    const selected = index === cursor.at;
    // What belongs to the question before stays in sight until there is an answer.
    const base = list.stale ? 'dim' : selected ? (state.focus === 'list' ? 'selected' : 'bold') : '';
    if (view === 'routes') {
      const row = list.routes[index];
      if (row) out.push(paintLine(routeRow(row, columns, selected), rect.width, theme, base));
      continue;
    }
    const row = list.row(index);
    const marked = row !== undefined && marks.includes(row.id);
    const line = row
      ? requestRow(row, columns, { selected, marked, now: picture.now })
      : [['  …', 'dim'] as const];
    out.push(paintLine(line, rect.width, theme, base));
  }
  return out;
}

export function TraceList({ picture, rect, theme }: { picture: ViewModel; rect: Rect; theme: Theme }) {
  return <Rows rows={listRows(picture, rect, theme)} width={rect.width} height={rect.height} />;
}
