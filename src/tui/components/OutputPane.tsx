/** What the app prints: a title on the rule above it, then the newest rows or those scrolled to. */

import { type Line, lineWidth } from '../../terminal/cells.js';
import type { Rect } from '../view/layout.js';
import { paintLine, type Theme } from '../view/theme.js';
import type { ViewModel } from '../view/view-model.js';
import { Rows } from './Rows.js';
import { withMatches } from './TraceView.js';

function titleLine({ state, layout, output }: ViewModel, rect: Rect, below: number): Line {
  const focused = state.focus === 'output';
  const more = below > 0 ? `${below.toLocaleString('en-US')} more below, F follows` : '';
  const left: Line = [
    ['─ ', 'border'],
    ['output', focused ? 'focus' : 'title', 'bold'],
    [' ', 'border'],
  ];
  const right: Line =
    more === ''
      ? [['─', 'border']]
      : [
          [` ${more} `, 'warn'],
          ['─', 'border'],
        ];
  const bare = output && output.rows.length === 0 ? [['nothing yet ', 'dim'] as const] : [];
  const from = lineWidth([...left, ...bare]);
  const until = rect.width - lineWidth(right);
  let rule = '─'.repeat(Math.max(0, until - from));
  // Where the lines between the panes end.
  for (const x of layout.bars)
    if (x >= from && x < until) rule = `${rule.slice(0, x - from)}┴${rule.slice(x - from + 1)}`;
  return [...left, ...bare, [rule, 'border'], ...right];
}

/** Answers the painted rows of the output. */
export function outputRows(picture: ViewModel, rect: Rect, theme: Theme): string[] {
  const { output, state } = picture;
  if (!output || !state.output) return [];
  const height = rect.height - 1;
  const most = Math.max(0, output.rows.length - height);
  const top = state.output.follow ? most : Math.max(0, Math.min(state.output.top - output.first, most));
  const { find, matchRow } = state.output;
  const rows = output.rows.slice(top, top + height).map((line, index): Line => {
    const here = find !== '' && matchRow === output.first + top + index;
    return [here ? ['▌', 'focus'] : ' ', ...withMatches(line, find)];
  });
  const title = titleLine(picture, rect, most - top);
  return [title, ...rows].map((line) => paintLine(line, rect.width, theme));
}

export function OutputPane({ picture, rect, theme }: { picture: ViewModel; rect: Rect; theme: Theme }) {
  return <Rows rows={outputRows(picture, rect, theme)} width={rect.width} height={rect.height} />;
}
