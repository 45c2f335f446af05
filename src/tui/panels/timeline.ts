/** Timeline tab: the calls of a request as bars over time. */

import { parseSite } from '../../domain/site.js';
import { isTimed, kindOf } from '../../domain/span-kinds.js';
import { formatMs } from '../../domain/text.js';
import { timeSpentIn } from '../../domain/time-spent.js';
import { countedSpans, type Span, type Trace } from '../../domain/trace.js';
import { cleanText, fitText, type Line, type Segment } from '../../terminal/cells.js';
import { timeLane } from '../../terminal/time-lane.js';
import { emptyPage, type Panel, type TableRow } from './panel.js';
import { spanText } from './span-detail.js';

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/**
 * Time in ms from the request's start to its end, or to the end of its last call if that is later.
 * Calls that began after the response do not count: a timer's would leave the request one cell.
 */
export function timelineExtent(trace: Trace): number {
  const ends = countedSpans(trace.spans).map((span) => span.start + (span.wait ?? 0) + (span.duration ?? 0));
  return Math.max(0.1, trace.duration ?? 0, ...ends);
}

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

/** Largest number of calls that ran or waited at the same time. */
export function maxConcurrent(spans: Span[]): number {
  const steps = spans.flatMap((span): [number, number][] =>
    isTimed(span)
      ? [
          [span.start, 1],
          [span.start + (span.wait ?? 0) + (span.duration ?? 0), -1],
        ]
      : [],
  );
  let running = 0;
  let maxRunning = 0;
  for (const [, step] of steps.sort((a, b) => a[0] - b[0] || a[1] - b[1]))
    maxRunning = Math.max(maxRunning, (running += step));
  return maxRunning;
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

/** Scale above the bars. */
function scaleLine(extent: number, columns: number): Line {
  const { label, cells } = widths(columns);
  const step = Math.floor(cells / 4);
  const marks = [0, 0.25, 0.5, 0.75].map((share) => fitText(formatMs(extent * share), step)).join('');
  return [
    [`${' '.repeat(label + 1)}${fitText(marks, cells)}${fitText(formatMs(extent), 8, 'right')}`, 'head'],
  ];
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
    if (trace.spans.length === 0) return emptyPage('this request made no calls: all of its time is its own');
    const extent = timelineExtent(trace);
    const order = trace.spans
      .map((_, index) => index)
      .sort((a, b) => trace.spans[a]!.start - trace.spans[b]!.start);
    const maxRunning = maxConcurrent(countedSpans(trace.spans));
    const parallel: Line = [
      [
        maxRunning > 1 ? ` up to ${maxRunning} calls at the same time` : ' never two calls at the same time',
        'dim',
      ],
    ];
    return {
      headLines: (columns) => [parallel, scaleLine(extent, columns), laneLine(trace, extent, columns)],
      entries: order.map((index): TableRow => {
        const span = trace.spans[index]!;
        const position = parseSite(span.site);
        return {
          span: index,
          ...(position ? { position } : {}),
          line: (columns) => timelineRow(span, extent, columns),
        };
      }),
      text: (row) => spanText(trace.spans[order[row] ?? order[0]!]!, context),
    };
  },
};
