/** The first frame, before there is any data: the same places as the frame that follows, so that nothing jumps. */

import { layoutOf } from './layout.js';
import { columnsOf, headLine } from './list.js';
import type { State } from './state.js';
import { paint, type Theme } from './theme.js';

/** Answers the frame as text. */
export function skeleton(state: State, theme: Theme): string {
  const layout = layoutOf(state, { head: 1, table: 4, text: true });
  const rows = Array.from({ length: state.rows }, () => '');
  if (layout.tooSmall) return rows.join('\n');
  rows[0] = paint([' ', ['scooby', 'title']], state.columns, theme);
  if (layout.header > 1) rows[1] = paint([' ', ['/ ', 'key'], ['filter', 'dim']], state.columns, theme);
  if (layout.list && !layout.compact) {
    rows[layout.header] = paint(
      headLine(columnsOf(layout.list.width), state.list.sort, false),
      layout.list.width,
      theme,
    );
  }
  if (layout.footer > 1)
    rows[state.rows - 2] = paint([['─'.repeat(state.columns), 'border']], state.columns, theme);
  return rows.join('\n');
}
