/** The calls of a request over time, so that what ran beside what can be seen. */

import { parseSite } from '../../domain/site.js';
import { isTimed, kindOf } from '../../domain/span-kinds.js';
import { formatMs } from '../../domain/text.js';
import type { Span, Trace } from '../../domain/trace.js';
import { cleanText, fitText, type Line, type Segment } from '../../terminal/cells.js';
import { emptyPage, type Panel, type TableRow } from './panel.js';
import { spanText } from './span-detail.js';

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** Answers ms from the request's start until its end, or until the end of its last call. */
export function timelineExtent(trace: Trace): number {
  const ends = trace.spans.map((span) => span.start + (span.wait ?? 0) + (span.duration ?? 0));
  return Math.max(0.1, trace.duration ?? 0, ...ends);
}

/** Answers a bar: cells before the call, cells that it waited, cells that it took. */
export function timelineBar(
  span: Pick<Span, 'start' | 'wait' | 'duration'>,
  whole: number,
  cells: number,
): [string, string, string] {
  const at = (instant: number) => (instant / whole) * cells;
  const wait = span.wait ?? 0;
  const from = Math.min(cells - 1, Math.floor(at(span.start)));
  const begun = Math.min(cells - 1, Math.max(from, Math.floor(at(span.start + wait))));
  const end = span.duration === undefined ? cells : Math.min(cells, at(span.start + wait + span.duration));
  const full = Math.max(0, Math.floor(end) - begun);
  const part = EIGHTHS[Math.floor((end - Math.floor(end)) * 8)]!;
  const took = full === 0 ? part || '▏' : '█'.repeat(full) + (begun + full < cells ? part : '');
  return [' '.repeat(from), '░'.repeat(begun - from), took];
}

/** Answers the most calls that ran at the same time. */
export function maxConcurrent(spans: Span[]): number {
  const steps = spans.flatMap((span): [number, number][] =>
    isTimed(span)
      ? [
          [span.start, 1],
          [span.start + (span.wait ?? 0) + (span.duration ?? 0), -1],
        ]
      : [],
  );
  let now = 0;
  let most = 0;
  for (const [, step] of steps.sort((a, b) => a[0] - b[0] || a[1] - b[1]))
    most = Math.max(most, (now += step));
  return most;
}

function row(span: Span, whole: number, columns: number): Line {
  const label = Math.max(10, Math.min(34, Math.floor(columns * 0.34)));
  const cells = Math.max(6, columns - label - 11);
  const [before, waited, took] = timelineBar(span, whole, cells);
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

/** Answers the scale over the bars. */
function scale(whole: number, columns: number): Line {
  const label = Math.max(10, Math.min(34, Math.floor(columns * 0.34)));
  const cells = Math.max(6, columns - label - 11);
  const step = Math.floor(cells / 4);
  const marks = [0, 0.25, 0.5, 0.75].map((share) => fitText(formatMs(whole * share), step)).join('');
  return [
    [`${' '.repeat(label + 1)}${fitText(marks, cells)}${fitText(formatMs(whole), 8, 'right')}`, 'head'],
  ];
}

export const timelinePanel: Panel = {
  title: 'Timeline',
  short: 'Time',
  key: '9',
  empty: false,
  spans: (trace) => trace.spans,
  headline: () => '',
  page: (reading) => {
    const { trace } = reading;
    if (trace.spans.length === 0) return emptyPage('this request made no calls: all of its time is its own');
    const whole = timelineExtent(trace);
    const order = trace.spans
      .map((_, index) => index)
      .sort((a, b) => trace.spans[a]!.start - trace.spans[b]!.start);
    const most = maxConcurrent(trace.spans);
    const parallel: Line = [
      [most > 1 ? ` up to ${most} calls at the same time` : ' never two calls at the same time', 'dim'],
    ];
    return {
      head: (columns) => [parallel, scale(whole, columns)],
      entries: order.map((index): TableRow => {
        const span = trace.spans[index]!;
        const place = parseSite(span.site);
        return { span: index, ...(place ? { place } : {}), line: (columns) => row(span, whole, columns) };
      }),
      text: (at) => spanText(trace.spans[order[at] ?? order[0]!]!, reading),
    };
  },
};
