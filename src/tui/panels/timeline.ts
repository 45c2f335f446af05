/** Timeline tab: the calls of a request, and the code between them, as bars over time. */

import { parseSite } from '../../domain/site.js';
import { isTimed, kindOf } from '../../domain/span-kinds.js';
import { formatMs } from '../../domain/text.js';
import { timeSpentIn } from '../../domain/time-spent.js';
import { countedSpans, type Span, type Trace } from '../../domain/trace.js';
import { type JavaScriptSlice, slicesOf } from '../../insight/profile/slices.js';
import { calledFunction, functionPlace, sliceText } from '../../screens/profile-text.js';
import { maxConcurrent, timelineExtent } from '../../screens/timeline-extent.js';
import { cleanText, fitText, type Line, type Segment } from '../../terminal/cells.js';
import { timeLane } from '../../terminal/time-lane.js';
import { emptyPage, type Panel, type PanelContext, type TableRow, type TextLine } from './panel.js';
import { spanText } from './span-detail.js';
import { codeRows } from './stack-detail.js';

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
  const label = Math.max(10, Math.min(34, Math.floor(columns * 0.34)));
  return { label, cells: Math.max(6, columns - label - 11) };
}

function timelineRow(span: Span, extent: number, columns: number): Line {
  const { label, cells } = widths(columns);
  const [before, waited, took] = timelineBar(span, extent, cells);
  const { role } = kindOf(span.kind);
  const bars: Segment[] = [before, [waited, 'dim'], [took, span.error === undefined ? role : 'error']];
  const used = before.length + waited.length + took.length;
  const time = !isTimed(span) ? '' : span.duration === undefined ? '…' : formatMs(span.duration);
  return [
    [`${fitText(span.kind, 5)} `, role],
    fitText(cleanText(span.name), label - 6),
    ' ',
    ...bars,
    ' '.repeat(Math.max(0, cells - used)),
    fitText(time, 8, 'right'),
  ];
}

/** Bar of a slice of JavaScript: the cells before it, and its own. */
export function sliceBar({ start, end }: JavaScriptSlice, extent: number, cells: number): [string, string] {
  const from = Math.min(cells - 1, Math.floor((start / extent) * cells));
  const to = Math.min(cells, Math.max(from + 1, Math.round((end / extent) * cells)));
  return [' '.repeat(from), '▓'.repeat(to - from)];
}

function sliceRow(slice: JavaScriptSlice, extent: number, columns: number): Line {
  const { label, cells } = widths(columns);
  const [before, took] = sliceBar(slice, extent, cells);
  return [
    ['cpu   ', 'cpu'],
    fitText(calledFunction(slice.function), label - 6),
    ' ',
    before,
    [took, 'cpu'],
    ' '.repeat(Math.max(0, cells - before.length - took.length)),
    fitText(formatMs(slice.ms), 8, 'right'),
  ];
}

function sliceEntry(slice: JavaScriptSlice, extent: number): TableRow {
  const { file, line, column } = slice.function;
  return {
    ...(file !== '' && line > 0 && { position: { file, line, column } }),
    copy: sliceText(slice),
    tab: 'CPU',
    line: (columns) => sliceRow(slice, extent, columns),
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
function scaleLine(extent: number, columns: number): Line {
  const { label, cells } = widths(columns);
  const step = Math.floor(cells / 4);
  const marks = [0, 0.25, 0.5, 0.75].map((share) => fitText(formatMs(extent * share), step)).join('');
  return [
    [`${' '.repeat(label + 1)}${fitText(marks, cells)}${fitText(formatMs(extent), 8, 'right')}`, 'head'],
  ];
}

/** A row of the timeline: a call, by its index, or JavaScript between calls. */
type TimelineRow = { span: number; slice?: undefined } | { slice: JavaScriptSlice };

/** Calls and slices of JavaScript in order of their beginnings. */
function timelineRows(trace: Trace): TimelineRow[] {
  const rows = trace.spans.map((span, index): [number, TimelineRow] => [span.start, { span: index }]);
  for (const slice of slicesOf(trace)) rows.push([slice.start, { slice }]);
  return rows.sort((a, b) => a[0] - b[0]).map(([, row]) => row);
}

function spanEntry(trace: Trace, index: number, extent: number): TableRow {
  const span = trace.spans[index]!;
  const position = parseSite(span.site);
  return {
    span: index,
    ...(position ? { position } : {}),
    line: (columns) => timelineRow(span, extent, columns),
  };
}

/** Where the time went, under the scale and above the bars. */
function laneLine(trace: Trace, extent: number, columns: number): Line {
  const { label, cells } = widths(columns);
  const time = timeSpentIn(trace);
  return [
    [fitText('where it went', label + 1), 'dim'],
    ...timeLane(time, extent, cells),
    fitText(formatMs(time.total), 8, 'right'),
  ];
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
    const rows = timelineRows(trace);
    const maxRunning = maxConcurrent(countedSpans(trace.spans));
    const parallel: Line = [
      [
        maxRunning > 1 ? ` up to ${maxRunning} calls at the same time` : ' never two calls at the same time',
        'dim',
      ],
    ];
    return {
      headLines: (columns) => [parallel, scaleLine(extent, columns), laneLine(trace, extent, columns)],
      entries: rows.map((row) =>
        row.slice ? sliceEntry(row.slice, extent) : spanEntry(trace, row.span, extent),
      ),
      text: (at) => {
        const row = rows[at] ?? rows[0]!;
        return row.slice ? sliceLines(row.slice, context) : spanText(trace.spans[row.span]!, context);
      },
    };
  },
};
