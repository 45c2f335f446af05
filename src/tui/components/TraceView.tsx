/** Detail pane of a request: title, tabs, the tab's table and the text of the selected row. */

import { Box } from 'ink';
import { type Line, type Segment, segmentText } from '../../terminal/cells.js';
import type { Canvas } from '../panels/panel.js';
import { canvasTop } from '../view/canvas-top.js';
import type { Rect } from '../view/layout.js';
import { paintLine, type Theme } from '../view/theme.js';
import { tabsLine, titleLine } from '../view/title.js';
import type { ViewModel } from '../view/view-model.js';
import { Rows } from './Rows.js';

/** A line with every match of `find` highlighted, case-insensitively. */
export function withMatches(line: Line, find: string): Line {
  if (find === '') return line;
  const wanted = find.toLowerCase();
  return line.flatMap((segment): Segment[] => {
    const text = segmentText(segment);
    const lower = text.toLowerCase();
    // Lowercasing can change a text's length (İ), and match positions would be wrong.
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

function titleRows({ trace, panels, state, now }: ViewModel, { width, x }: Rect, theme: Theme): string[] {
  if (!trace) return [];
  return [
    titleLine(trace, now, width, (state.detail.visits ?? []).length > 0),
    tabsLine(panels, trace, state.detail.tab, width),
  ].map((line) => paintLine(line, width, theme, '', x));
}

/** Painted rows of the table. */
function tableRows({ page, state }: ViewModel, rect: Rect, theme: Theme): string[] {
  const { at, top } = state.detail.table;
  const out = page
    .headLines(rect.width - 1)
    .map((line) => paintLine([' ', ...withMatches(line, state.detail.find)], rect.width, theme, '', rect.x));
  const height = rect.height - out.length;
  if (page.canvas) return [...out, ...canvasRows(page.canvas, at, { ...rect, height }, theme)];
  for (let index = top; index < Math.min(top + height, page.entries.length); index++) {
    const selected = index === at;
    const base = selected ? (state.focus === 'table' ? 'selected' : 'bold') : '';
    const line = withMatches(page.entries[index]!.line(rect.width - 1), state.detail.find);
    out.push(paintLine([selected ? '▌' : ' ', ...line], rect.width, theme, base, rect.x));
  }
  return out;
}

/** Painted rows of a drawing, scrolled so that the row of the selected entry is visible. */
function canvasRows(canvas: Canvas, at: number, rect: Rect, theme: Theme): string[] {
  const top = canvasTop(canvas, at, rect.height);
  const shown = Math.max(0, Math.min(rect.height, canvas.height - top));
  return Array.from({ length: shown }, (_, row) =>
    paintLine([' ', ...canvas.line(top + row, rect.width - 2, at)], rect.width, theme, '', rect.x),
  );
}

/** Painted rows of the text; the cursor's row begins with a bar. */
function textRows({ text, state }: ViewModel, rect: Rect, theme: Theme): string[] {
  const { at, top } = state.detail.text;
  return text.slice(top, top + rect.height).map(({ line }, index) => {
    const marked = withMatches(line, state.detail.find);
    if (state.focus !== 'text' || top + index !== at) return paintLine(marked, rect.width, theme, '', rect.x);
    const first = marked[0] === undefined ? '' : segmentText(marked[0]);
    const rest: Line = first.startsWith(' ')
      ? [
          typeof marked[0] === 'string'
            ? first.slice(1)
            : ([first.slice(1), ...(marked[0] as readonly string[]).slice(1)] as unknown as Segment),
          ...marked.slice(1),
        ]
      : marked;
    return paintLine([['▌', 'focus'], ...rest], rect.width, theme, '', rect.x);
  });
}

export function TraceView({ viewModel, theme }: { viewModel: ViewModel; theme: Theme }) {
  const { layout } = viewModel;
  const { title, table, rule, text } = layout;
  if (!title || !table) return null;
  const isTextBeside = text !== undefined && text.x > table.x;
  const line = rule ? [paintLine([['─'.repeat(rule.width), 'border']], rule.width, theme)] : [];
  const textBelow =
    text && !isTextBeside ? (
      <Rows rows={textRows(viewModel, text, theme)} width={text.width} height={text.height} />
    ) : null;
  return (
    <Box flexDirection="column" width={title.width} flexShrink={0}>
      <Rows rows={titleRows(viewModel, title, theme)} width={title.width} height={title.height} />
      <Box>
        <Rows rows={tableRows(viewModel, table, theme)} width={table.width} height={table.height} />
        {isTextBeside ? <Bar height={text.height} theme={theme} /> : null}
        {isTextBeside ? (
          <Rows rows={textRows(viewModel, text, theme)} width={text.width} height={text.height} />
        ) : null}
      </Box>
      {rule ? <Rows rows={line} width={rule.width} height={1} /> : null}
      {textBelow}
    </Box>
  );
}

/** Vertical rule between panes. */
export function Bar({ height, theme }: { height: number; theme: Theme }) {
  const bar = paintLine([['│', 'border']], 1, theme);
  return <Rows rows={Array.from({ length: height }, () => bar)} width={1} height={height} />;
}
