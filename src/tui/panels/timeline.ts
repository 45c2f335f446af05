/** Timeline tab: the calls of a request, and the code between them, as bars over time. */

import { parseSite } from '../../domain/site.js';
import { isTimed, kindOf } from '../../domain/span-kinds.js';
import { formatMs } from '../../domain/text.js';
import { timeSpentIn } from '../../domain/time-spent.js';
import { countedSpans, type Span, type Trace } from '../../domain/trace.js';
import { type JavaScriptSlice, slicesOf } from '../../insight/profile/slices.js';
import { calledFunction, functionPlace, sliceText } from '../../screens/profile-text.js';
import { maxConcurrent, timelineExtent } from '../../screens/timeline-extent.js';
import { fitText, type Line, type Segment } from '../../terminal/cells.js';
import { timeLane } from '../../terminal/time-lane.js';
import { emptyPage, type Panel, type PanelContext, type TableRow, type TextLine } from './panel.js';
import { spanText } from './span-detail.js';
import { codeRows } from './stack-detail.js';
import { timelineLabel } from './timeline-label.js';
import { formatInstant, spanWithin, type TimelineWindow, timeWithin } from './timeline-window.js';

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** Bar of a call: the cells before it, the cells it waited, the cells it ran. */
export function timelineBar(
  span: Pick<Span, 'start' | 'wait' | 'duration'>,
  extent: number,
  cells: number,
): [string, string, string] {
  const at = (instant: number) => (instant / extent) * cells;
  const wait = span.wait ?? 0;
  const from = Math.min(cells - 1, Math.floor(at(span.start)));
  const waitEnd = Math.min(cells - 1, Math.max(from, Math.floor(at(span.start + wait))));
  const end = span.duration === undefined ? cells : Math.min(cells, at(span.start + wait + span.duration));
  const full = Math.max(0, Math.floor(end) - waitEnd);
  const part = EIGHTHS[Math.floor((end - Math.floor(end)) * 8)]!;
  const took = full === 0 ? part || '▏' : '█'.repeat(full) + (waitEnd + full < cells ? part : '');
  return [' '.repeat(from), '░'.repeat(waitEnd - from), took];
}

/** Cells of the labels and of the bars. */
function widths(columns: number): { label: number; cells: number } {
  const label = Math.max(10, Math.min(44, Math.floor(columns * 0.36)));
  return { label, cells: Math.max(6, columns - label - 11) };
}

/** An arrow at the side where a call is that the window does not reach. */
function beyondBar(side: 'left' | 'right', cells: number): Segment[] {
  return side === 'left' ? [['←', 'dim'], ' '.repeat(cells - 1)] : [' '.repeat(cells - 1), ['→', 'dim']];
}

/** Bars of a call, padded to `cells`. */
function spanBars(span: Span, window: TimelineWindow, cells: number): Segment[] {
  const within = spanWithin(span, window);
  if (typeof within === 'string') return beyondBar(within, cells);
  const [before, waited, took] = timelineBar(within, window.to - window.from, cells);
  const rest = ' '.repeat(Math.max(0, cells - before.length - waited.length - took.length));
  return [before, [waited, 'dim'], [took, span.error === undefined ? kindOf(span.kind).role : 'error'], rest];
}

function timelineRow(span: Span, window: TimelineWindow, columns: number): Line {
  const { label, cells } = widths(columns);
  const time = !isTimed(span) ? '' : span.duration === undefined ? '…' : formatMs(span.duration);
  return [
    [`${fitText(span.kind, 5)} `, kindOf(span.kind).role],
    timelineLabel(span, label - 6),
    ' ',
    ...spanBars(span, window, cells),
    fitText(time, 8, 'right'),
  ];
}

/** Bar of a slice of JavaScript: the cells before it, and its own. */
export function sliceBar({ start, end }: JavaScriptSlice, extent: number, cells: number): [string, string] {
  const from = Math.min(cells - 1, Math.floor((start / extent) * cells));
  const to = Math.min(cells, Math.max(from + 1, Math.round((end / extent) * cells)));
  return [' '.repeat(from), '▓'.repeat(to - from)];
}

function sliceRow(slice: JavaScriptSlice, window: TimelineWindow, columns: number): Line {
  const { label, cells } = widths(columns);
  return [
    ['cpu   ', 'cpu'],
    fitText(calledFunction(slice.function), label - 6),
    ' ',
    ...sliceBars(slice, window, cells),
    fitText(formatMs(slice.ms), 8, 'right'),
  ];
}

function sliceBars(slice: JavaScriptSlice, { from, to }: TimelineWindow, cells: number): Segment[] {
  if (slice.start >= to) return beyondBar('right', cells);
  if (slice.end < from) return beyondBar('left', cells);
  const inside = { ...slice, start: Math.max(0, slice.start - from), end: Math.min(to, slice.end) - from };
  const [before, took] = sliceBar(inside, to - from, cells);
  return [before, [took, 'cpu'], ' '.repeat(Math.max(0, cells - before.length - took.length))];
}

function sliceEntry(slice: JavaScriptSlice, window: TimelineWindow): TableRow {
  const { file, line, column } = slice.function;
  return {
    ...(file !== '' && line > 0 && { position: { file, line, column } }),
    copy: sliceText(slice),
    tab: 'CPU',
    line: (columns) => sliceRow(slice, window, columns),
  };
}

function sliceLines(slice: JavaScriptSlice, context: PanelContext): TextLine[] {
  const { file, line, column } = slice.function;
  const place = functionPlace(slice.function);
  const position = { file, line, column };
  return [
    { line: [' ', [sliceText(slice), 'bold']], prose: true },
    {
      line: [
        [' at ', 'dim'],
        [place, 'accent'],
        ['   in the CPU tab: 7', 'dim'],
      ],
      position,
    },
    ...(line > 0 ? codeRows(context.source(file), position, 2) : []),
  ];
}

/** Scale above the bars. */
function scaleLine({ from, to }: TimelineWindow, extent: number, columns: number): Line {
  const { label, cells } = widths(columns);
  const step = Math.floor(cells / 4);
  const isWhole = from === 0 && to === extent;
  const textOf = (ms: number) => (isWhole ? formatMs(ms) : formatInstant(ms, (to - from) / 4));
  const marks = [0, 0.25, 0.5, 0.75]
    .map((share) => fitText(textOf(from + (to - from) * share), step))
    .join('');
  return [[`${' '.repeat(label + 1)}${fitText(marks, cells)}${fitText(textOf(to), 8, 'right')}`, 'head']];
}

/** A row of the timeline: a call, by its index, or JavaScript between calls. */
type TimelineRow = { span: number; slice?: undefined } | { slice: JavaScriptSlice };

/** Calls and slices of JavaScript in order of their beginnings. */
function timelineRows(trace: Trace): TimelineRow[] {
  const rows = trace.spans.map((span, index): [number, TimelineRow] => [span.start, { span: index }]);
  for (const slice of slicesOf(trace)) rows.push([slice.start, { slice }]);
  return rows.sort((a, b) => a[0] - b[0]).map(([, row]) => row);
}

function spanEntry(trace: Trace, index: number, window: TimelineWindow): TableRow {
  const span = trace.spans[index]!;
  const position = parseSite(span.site);
  return {
    span: index,
    ...(position ? { position } : {}),
    line: (columns) => timelineRow(span, window, columns),
  };
}

/** Where the time went, under the scale and above the bars. */
function laneLine(trace: Trace, window: TimelineWindow, columns: number): Line {
  const { label, cells } = widths(columns);
  const time = timeSpentIn(trace);
  return [
    [fitText('where it went', label + 1), 'dim'],
    ...timeLane(timeWithin(time, window), window.to - window.from, cells),
    fitText(formatMs(time.total), 8, 'right'),
  ];
}

/** How many calls ran at once; of a zoomed timeline, which part of the request it shows. */
function remarkLine(trace: Trace, window: TimelineWindow, extent: number): Line {
  if (window.from > 0 || window.to < extent) {
    const step = (window.to - window.from) / 4;
    const part = `${formatInstant(window.from, step)} to ${formatInstant(window.to, step)}`;
    return [[` ${part} of ${formatMs(extent)}   - further  esc all`, 'accent']];
  }
  const maxRunning = maxConcurrent(countedSpans(trace.spans));
  const text =
    maxRunning > 1 ? `up to ${maxRunning} calls at the same time` : 'never two calls at the same time';
  return [[` ${text}`, 'dim']];
}

/** Times of a row's call or slice. */
function rowTimes(trace: Trace, row: TimelineRow | undefined, extent: number): TimelineWindow {
  if (row?.slice) return { from: row.slice.start, to: row.slice.end };
  const { start, wait = 0, duration } = trace.spans[row?.span ?? 0] ?? { start: 0 };
  return { from: start, to: duration === undefined ? extent : start + wait + duration };
}

export const timelinePanel: Panel = {
  title: 'Timeline',
  short: 'Time',
  key: '9',
  canBeEmpty: false,
  spans: (trace) => trace.spans,
  badge: () => '',
  page: (context) => {
    const { trace } = context;
    if (trace.spans.length + slicesOf(trace).length === 0)
      return emptyPage('this request made no calls: all of its time is its own');
    const extent = timelineExtent(trace);
    const window = context.window ?? { from: 0, to: extent };
    const rows = timelineRows(trace);
    const remark = remarkLine(trace, window, extent);
    return {
      headLines: (columns) => [remark, scaleLine(window, extent, columns), laneLine(trace, window, columns)],
      entries: rows.map((row) =>
        row.slice ? sliceEntry(row.slice, window) : spanEntry(trace, row.span, window),
      ),
      text: (at) => {
        const row = rows[at] ?? rows[0]!;
        return row.slice ? sliceLines(row.slice, context) : spanText(trace.spans[row.span]!, context);
      },
      times: { extent, of: (at) => rowTimes(trace, rows[at], extent) },
    };
  },
};
