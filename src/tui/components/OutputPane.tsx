/** Output pane: the app's output below a rule with its title. */

import { type Line, lineWidth } from '../../terminal/cells.js';
import type { Rect } from '../view/layout.js';
import { paintLine, type Theme } from '../view/theme.js';
import type { ViewModel } from '../view/view-model.js';
import { Rows } from './Rows.js';
import { withMatches } from './TraceView.js';

function titleLine({ state, layout, output }: ViewModel, rect: Rect, below: number): Line {
  const focused = state.focus === 'output';
  const moreBelow = below > 0 ? `${below.toLocaleString('en-US')} more below, F follows` : '';
  const left: Line = [
    ['─ ', 'border'],
    ['output', focused ? 'focus' : 'title', 'bold'],
    [' ', 'border'],
  ];
  const right: Line =
    moreBelow === ''
      ? [['─', 'border']]
      : [
          [` ${moreBelow} `, 'warn'],
          ['─', 'border'],
        ];
  const emptyNote = output && output.rows.length === 0 ? [['nothing yet ', 'dim'] as const] : [];
  const from = lineWidth([...left, ...emptyNote]);
  const until = rect.width - lineWidth(right);
  let rule = '─'.repeat(Math.max(0, until - from));
  // Vertical rules between the panes end here.
  for (const x of layout.bars)
    if (x >= from && x < until) rule = `${rule.slice(0, x - from)}┴${rule.slice(x - from + 1)}`;
  return [...left, ...emptyNote, [rule, 'border'], ...right];
}

/** Painted rows of the output: the newest rows, or those scrolled to. */
export function outputRows(viewModel: ViewModel, rect: Rect, theme: Theme): string[] {
  const { output, state } = viewModel;
  if (!output || !state.output) return [];
  const height = rect.height - 1;
  const maxTop = Math.max(0, output.rows.length - height);
  const top = state.output.follow ? maxTop : Math.max(0, Math.min(state.output.top - output.first, maxTop));
  const { find, matchRow } = state.output;
  const rows = output.rows.slice(top, top + height).map((line, index): Line => {
    const isMatch = find !== '' && matchRow === output.first + top + index;
    return [isMatch ? ['▌', 'focus'] : ' ', ...withMatches(line, find)];
  });
  const title = titleLine(viewModel, rect, maxTop - top);
  return [title, ...rows].map((line) => paintLine(line, rect.width, theme));
}

export function OutputPane({ viewModel, rect, theme }: { viewModel: ViewModel; rect: Rect; theme: Theme }) {
  return <Rows rows={outputRows(viewModel, rect, theme)} width={rect.width} height={rect.height} />;
}
