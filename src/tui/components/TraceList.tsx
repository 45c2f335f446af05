/** The list: requests or routes, newest first, as many as fit. */

import { emptyLines } from '../view/empty.js';
import type { Rect } from '../view/layout.js';
import { columnsOf, headLine, requestLine, routeLine } from '../view/list-rows.js';
import { paint, type Theme } from '../view/theme.js';
import type { Picture } from '../view/view-model.js';
import { Rows } from './Rows.js';

/** Answers the painted rows of the list. */
function listRows(picture: Picture, rect: Rect, theme: Theme): string[] {
  const { state, list, layout } = picture;
  const { cursor, marks, view, sort } = state.list;
  const columns = columnsOf(rect.width);
  const out = layout.compact ? [] : [paint(headLine(columns, sort, view === 'routes'), rect.width, theme)];
  const height = rect.height - out.length;
  if (list.count === 0 && !list.stale) {
    const total = picture.stats?.total ?? 0;
    return [
      ...out,
      ...emptyLines(state, picture.status, total).map((line) => paint(line, rect.width, theme)),
    ];
  }
  for (let index = cursor.top; index < Math.min(cursor.top + height, list.count); index++) {
    const selected = index === cursor.at;
    // What belongs to the question before stays in sight until there is an answer.
    const base = list.stale ? 'dim' : selected ? (state.focus === 'list' ? 'selected' : 'bold') : '';
    if (view === 'routes') {
      const row = list.routes[index];
      if (row) out.push(paint(routeLine(row, columns, selected), rect.width, theme, base));
      continue;
    }
    const row = list.row(index);
    const marked = row !== undefined && marks.includes(row.id);
    const line = row
      ? requestLine(row, columns, { selected, marked, now: picture.now })
      : [['  …', 'dim'] as const];
    out.push(paint(line, rect.width, theme, base));
  }
  return out;
}

export function TraceList({ picture, rect, theme }: { picture: Picture; rect: Rect; theme: Theme }) {
  return <Rows rows={listRows(picture, rect, theme)} width={rect.width} height={rect.height} />;
}
