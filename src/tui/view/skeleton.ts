/** The frames before the screen is loaded: the same places as the frame that follows, so that nothing jumps. */

import type { Summary } from '../../domain/trace.js';
import type { State } from '../state/state.js';
import { layoutOf } from './layout.js';
import { columnHeads, listColumns, requestRow } from './list-rows.js';
import { paintLine, type Theme } from './theme.js';

/** Answers the frame as text: without requests while none are known, with the newest ones as at `now` (epoch ms) once they are. */
export function skeletonFrame(state: State, theme: Theme, requests: Summary[] = [], now = 0): string {
  const layout = layoutOf(state, { head: 1, table: 4, text: true });
  const rows = Array.from({ length: state.rows }, () => '');
  if (layout.tooSmall) return rows.join('\n');
  rows[0] = paintLine([' ', ['scooby', 'title']], state.columns, theme);
  if (layout.header > 1) rows[1] = paintLine([' ', ['/ ', 'key'], ['filter', 'dim']], state.columns, theme);
  if (layout.list && !layout.compact) {
    rows[layout.header] = paintLine(
      columnHeads(listColumns(layout.list.width), state.list.sort, false),
      layout.list.width,
      theme,
    );
  }
  if (layout.list) {
    const { y, width, height } = layout.list;
    const top = y + (layout.compact ? 0 : 1);
    const columns = listColumns(width);
    for (const [index, request] of requests.slice(0, y + height - top).entries()) {
      const shown = { selected: index === 0, marked: false, now };
      rows[top + index] = paintLine(
        requestRow(request, columns, shown),
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
