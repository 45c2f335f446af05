/** Timeline tab: the calls of a request, and the code between them, as bars over time. */

import { parseSite } from '../../domain/site.js';
import { isTimed, kindOf } from '../../domain/span-kinds.js';
import { formatCount, formatMs } from '../../domain/text.js';
import { timeSpentIn } from '../../domain/time-spent.js';
import { countedSpans, type Span, type Trace } from '../../domain/trace.js';
import { type JavaScriptSlice, slicesOf } from '../../insight/profile/slices.js';
import { calledFunction, functionPlace, sliceText } from '../../screens/profile-text.js';
import { maxConcurrent, timelineExtent } from '../../screens/timeline-extent.js';
import { cellWidth, cutLine, fitText, type Line, lineWidth, type Segment } from '../../terminal/cells.js';
import { timeLane } from '../../terminal/time-lane.js';
import {
  emptyPage,
  type Panel,
  type PanelContext,
  type RelatedRequests,
  type TableRow,
  type TextLine,
} from './panel.js';
import { spanText } from './span-detail.js';
import { codeRows } from './stack-detail.js';
import { timelineLabel } from './timeline-label.js';
import {
  type RelatedRow,
  relatedExtent,
  relatedRows,
  relatedSize,
  requestLabel,
  requestSentence,
} from './timeline-related.js';
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
  return barSegments(span, window, cells, span.error === undefined ? kindOf(span.kind).role : 'error');
}

function barSegments(
  span: Pick<Span, 'start' | 'wait' | 'duration'>,
  window: TimelineWindow,
  cells: number,
  role: string,
): Segment[] {
  const within = spanWithin(span, window);
  if (typeof within === 'string') return beyondBar(within, cells);
  const [before, waited, took] = timelineBar(within, window.to - window.from, cells);
  const rest = ' '.repeat(Math.max(0, cells - before.length - waited.length - took.length));
  return [before, [waited, 'dim'], [took, role], rest];
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
  const isWhole = from === 0 && to === extent;
  const textOf = (ms: number) => (isWhole ? formatMs(ms) : formatInstant(ms, (to - from) / 4));
  const texts = (count: number) =>
    Array.from({ length: count }, (_, n) => textOf(from + ((to - from) * n) / count));
  // Marks without a gap read as one number, and cut ones as another.
  const count = [4, 2].find((n) => Math.max(...texts(n).map(cellWidth)) < Math.floor(cells / n)) ?? 1;
  const marks = texts(count)
    .map((text) => fitText(text, Math.floor(cells / count)))
    .join('');
  return [[`${' '.repeat(label + 1)}${fitText(marks, cells)}${fitText(textOf(to), 8, 'right')}`, 'head']];
}

/** A row of the timeline: a call, by its index, JavaScript between calls, or another request. */
interface TimelineRow {
  span?: number;
  slice?: JavaScriptSlice;
  related?: RelatedRow;
  /** The request that led to the shown one. */
  above?: Trace;
}

/** Calls and slices of JavaScript in order of their beginnings, and what calls became in other services. */
function timelineRows(trace: Trace, related: RelatedRequests | undefined): TimelineRow[] {
  const { below, others } = related ? relatedRows(related.tree) : { below: new Map(), others: [] };
  const rowsOf = (rows: RelatedRow[]) => rows.map((row): TimelineRow => ({ related: row }));
  const rows = trace.spans.map((span, index): [number, TimelineRow[]] => [
    span.start,
    [{ span: index }, ...rowsOf(below.get(index) ?? [])],
  ]);
  for (const slice of slicesOf(trace)) rows.push([slice.start, [{ slice }]]);
  for (const other of others) rows.push([other[0]!.at, rowsOf(other)]);
  const inOrder = rows.sort((a, b) => a[0] - b[0]).flatMap(([, own]) => own);
  return related?.above ? [{ above: related.above }, ...inOrder] : inOrder;
}

/** Row of another request, or of one of its calls. */
function relatedRow(
  { span, trace, depth, at, more }: RelatedRow,
  window: TimelineWindow,
  columns: number,
): Line {
  const { label, cells } = widths(columns);
  const indent = Math.min(depth * 2, Math.max(0, label - 16));
  const room = label - indent;
  const lead = ' '.repeat(indent);
  if (more !== undefined) return [[fitText(`${lead}… and ${more} more`, label + cells + 1), 'dim']];
  const moved = { start: at, ...(span?.wait !== undefined && { wait: span.wait }) };
  if (!span) {
    const { duration } = trace;
    const bar = { ...moved, ...(duration !== undefined && { duration }) };
    return [
      lead,
      ...fitSegments(requestLabel(trace), room),
      ' ',
      ...barSegments(bar, window, cells, trace.state === 'failed' ? 'error' : 'accent'),
      fitText(duration === undefined ? '…' : formatMs(duration), 8, 'right'),
    ];
  }
  const { kind, duration, error } = span;
  const role = error === undefined ? kindOf(kind).role : 'error';
  const time = !isTimed(span) ? '' : duration === undefined ? '…' : formatMs(duration);
  return [
    lead,
    [`${fitText(kind, 5)} `, kindOf(kind).role],
    timelineLabel(span, Math.max(0, room - 6)),
    ' ',
    ...barSegments({ ...moved, ...(duration !== undefined && { duration }) }, window, cells, role),
    fitText(time, 8, 'right'),
  ];
}

function fitSegments(segments: Segment[], cells: number): Segment[] {
  const line = cutLine(segments, cells);
  return [...line, ' '.repeat(Math.max(0, cells - lineWidth(line)))];
}

function aboveRow(above: Trace, columns: number): Line {
  const { label, cells } = widths(columns);
  const time = above.duration === undefined ? '…' : formatMs(above.duration);
  return [
    ...fitSegments(
      [['← ', 'dim'], ...requestLabel(above), ['  led to this request', 'dim']],
      label + 1 + cells,
    ),
    fitText(time, 8, 'right'),
  ];
}

function entryOf(row: TimelineRow, trace: Trace, window: TimelineWindow): TableRow {
  if (row.slice) return sliceEntry(row.slice, window);
  if (row.span !== undefined) return spanEntry(trace, row.span, window);
  if (row.above) {
    const { above } = row;
    return { request: above.id, copy: requestSentence(above), line: (columns) => aboveRow(above, columns) };
  }
  const related = row.related!;
  const { span, trace: own } = related;
  const position = parseSite(span?.site);
  return {
    ...(own.id !== trace.id && { request: own.id }),
    ...(position && { position }),
    copy: span?.name ?? requestSentence(own),
    line: (columns) => relatedRow(related, window, columns),
  };
}

function textOf(row: TimelineRow, context: PanelContext): TextLine[] {
  if (row.slice) return sliceLines(row.slice, context);
  if (row.span !== undefined) return spanText(context.trace.spans[row.span]!, context);
  const trace = row.above ?? row.related!.trace;
  const span = row.related?.span;
  const sourceOf = context.related?.source ?? (() => undefined);
  if (span) return spanText(span, { ...context, trace, source: (file) => sourceOf(trace, file) });
  return [{ line: [' ', [requestSentence(trace), 'bold']], prose: true }];
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
function remarkLine(
  trace: Trace,
  window: TimelineWindow,
  extent: number,
  related: RelatedRequests | undefined,
): Line {
  if (window.from > 0 || window.to < extent) {
    const step = (window.to - window.from) / 4;
    const part = `${formatInstant(window.from, step)} to ${formatInstant(window.to, step)}`;
    return [[` ${part} of ${formatMs(extent)}   - further  esc all`, 'accent']];
  }
  const maxRunning = maxConcurrent(countedSpans(trace.spans));
  const text =
    maxRunning > 1 ? `up to ${maxRunning} calls at the same time` : 'never two calls at the same time';
  const { requests, processes } = related ? relatedSize(related.tree) : { requests: 0, processes: 0 };
  if (requests === 0) return [[` ${text}`, 'dim']];
  const others = `${formatCount(requests, 'request')} of ${formatCount(processes, 'process', 'processes')}`;
  return [[` ${text}; led to ${others}`, 'dim']];
}

/** Times of a row's call, slice or request. */
function rowTimes(trace: Trace, row: TimelineRow | undefined, extent: number): TimelineWindow {
  if (row?.slice) return { from: row.slice.start, to: row.slice.end };
  if (row?.above) return { from: 0, to: extent };
  if (row?.related) {
    const { at, span, trace: own } = row.related;
    const from = Math.max(0, Math.min(at, extent));
    const wait = span?.wait ?? 0;
    const { duration } = span ?? own;
    return {
      from,
      to: duration === undefined ? extent : Math.max(from, Math.min(extent, at + wait + duration)),
    };
  }
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
    const { trace, related } = context;
    const rows = timelineRows(trace, related);
    if (rows.length === 0) return emptyPage('this request made no calls: all of its time is its own');
    const own = timelineExtent(trace);
    const extent = related ? relatedExtent(related.tree, own) : own;
    const window = context.window ?? { from: 0, to: extent };
    const remark = remarkLine(trace, window, extent, related);
    return {
      headLines: (columns) => [remark, scaleLine(window, extent, columns), laneLine(trace, window, columns)],
      entries: rows.map((row) => entryOf(row, trace, window)),
      text: (at) => textOf(rows[at] ?? rows[0]!, context),
      times: { extent, of: (at) => rowTimes(trace, rows[at], extent) },
    };
  },
};
