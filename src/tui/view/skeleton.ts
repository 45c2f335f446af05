/** Frames before Ink is loaded, laid out like the first frame of Ink, so that nothing moves. */

import type { Summary } from '../../domain/trace.js';
import type { State } from '../state/state.js';
import { layoutOf } from './layout.js';
import { columnHeads, listColumns, requestRow } from './list-rows.js';
import { paintLine, type Theme } from './theme.js';

/** Frame as text, with the newest requests once they are loaded; `now` is epoch ms. */
export function skeletonFrame(state: State, theme: Theme, requests: Summary[] = [], now = 0): string {
  const layout = layoutOf(state, { head: 1, table: 4, text: true });
  const rows = Array.from({ length: state.rows }, () => '');
  if (layout.tooSmall) return rows.join('\n');
  rows[0] = paintLine([' ', ['scooby', 'title']], state.columns, theme);
  if (layout.header > 1) rows[1] = paintLine([' ', ['/ ', 'key'], ['filter', 'dim']], state.columns, theme);
  if (layout.list && !layout.compact) {
    rows[layout.header] = paintLine(
      columnHeads(listColumns(layout.list.width, false), state.list.sort, false),
      layout.list.width,
      theme,
    );
  }
  if (layout.list) {
    const { y, width, height } = layout.list;
    const top = y + (layout.compact ? 0 : 1);
    const columns = listColumns(width, false);
    for (const [index, request] of requests.slice(0, y + height - top).entries()) {
      const display = { selected: index === 0, marked: false, now };
      rows[top + index] = paintLine(
        requestRow(request, columns, display),
        width,
        theme,
        index === 0 ? 'selected' : '',
      );
    }
  }
  if (layout.footer > 1)
    rows[state.rows - 2] = paintLine([['─'.repeat(state.columns), 'border']], state.columns, theme);
  return rows.join('\n');
}
