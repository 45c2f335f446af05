/** The detail of a request: title, tabs, the table of the tab, the text of its row. */

import { Box } from 'ink';
import { type Line, type Segment, segmentText } from '../../terminal/cells.js';
import type { Rect } from '../view/layout.js';
import { paintLine, type Theme } from '../view/theme.js';
import { tabsLine, titleLine } from '../view/title.js';
import type { ViewModel } from '../view/view-model.js';
import { Rows } from './Rows.js';

/** Answers a line with every match of a text marked. */
export function withMatches(line: Line, find: string): Line {
  if (find === '') return line;
  const wanted = find.toLowerCase();
  return line.flatMap((segment): Segment[] => {
    const text = segmentText(segment);
    const lower = text.toLowerCase();
    // Lower case can be longer than the text itself; positions would no longer fit.
    if (!lower.includes(wanted) || lower.length !== text.length) return [segment];
    const roles = typeof segment === 'string' ? [] : segment.slice(1);
    const out: Segment[] = [];
    let from = 0;
    for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
      out.push([text.slice(from, at), ...roles], [text.slice(at, at + wanted.length), 'match']);
      from = at + wanted.length;
    }
    return [...out, [text.slice(from), ...roles]];
  });
}

function headRows({ trace, panels, state, now }: ViewModel, { width, x }: Rect, theme: Theme): string[] {
  if (!trace) return [];
  return [titleLine(trace, now, width), tabsLine(panels, trace, state.detail.tab, width)].map((line) =>
    paintLine(line, width, theme, '', x),
  );
}

/** Answers the painted rows of the table. */
function tableRows({ page, state }: ViewModel, rect: Rect, theme: Theme): string[] {
  const { at, top } = state.detail.table;
  const out = page
    .head(rect.width - 1)
    .map((line) => paintLine([' ', ...line], rect.width, theme, '', rect.x));
  const height = rect.height - out.length;
  for (let index = top; index < Math.min(top + height, page.entries.length); index++) {
    const selected = index === at;
    const base = selected ? (state.focus === 'table' ? 'selected' : 'bold') : '';
    const line = withMatches(page.entries[index]!.line(rect.width - 1), state.detail.find);
    out.push(paintLine([selected ? '▌' : ' ', ...line], rect.width, theme, base, rect.x));
  }
  return out;
}

/** Answers the painted rows of the text; the row of the cursor begins with a bar. */
function textRows({ text, state }: ViewModel, rect: Rect, theme: Theme): string[] {
  const { at, top } = state.detail.text;
  return text.slice(top, top + rect.height).map(({ line }, index) => {
    const found = withMatches(line, state.detail.find);
    if (state.focus !== 'text' || top + index !== at) return paintLine(found, rect.width, theme, '', rect.x);
    const first = found[0] === undefined ? '' : segmentText(found[0]);
    const rest: Line = first.startsWith(' ')
      ? [
          typeof found[0] === 'string'
            ? first.slice(1)
            : ([first.slice(1), ...(found[0] as readonly string[]).slice(1)] as unknown as Segment),
          ...found.slice(1),
        ]
      : found;
    return paintLine([['▌', 'focus'], ...rest], rect.width, theme, '', rect.x);
  });
}

export function TraceView({ picture, theme }: { picture: ViewModel; theme: Theme }) {
  const { layout } = picture;
  const { title, table, rule, text } = layout;
  if (!title || !table) return null;
  const beside = text !== undefined && text.x > table.x;
  const line = rule ? [paintLine([['─'.repeat(rule.width), 'border']], rule.width, theme)] : [];
  const below =
    text && !beside ? (
      <Rows rows={textRows(picture, text, theme)} width={text.width} height={text.height} />
    ) : null;
  return (
    <Box flexDirection="column" width={title.width} flexShrink={0}>
      <Rows rows={headRows(picture, title, theme)} width={title.width} height={title.height} />
      <Box>
        <Rows rows={tableRows(picture, table, theme)} width={table.width} height={table.height} />
        {beside ? <Bar height={text.height} theme={theme} /> : null}
        {beside ? (
          <Rows rows={textRows(picture, text, theme)} width={text.width} height={text.height} />
        ) : null}
      </Box>
      {rule ? <Rows rows={line} width={rule.width} height={1} /> : null}
      {below}
    </Box>
  );
}

/** A vertical line between panes. */
export function Bar({ height, theme }: { height: number; theme: Theme }) {
  const bar = paintLine([['│', 'border']], 1, theme);
  return <Rows rows={Array.from({ length: height }, () => bar)} width={1} height={height} />;
}
