/** The calls of a request over time, as bars: what waited for what, and what ran at once. */

import { isTimed, kindOf } from '../../domain/span-kinds.js';
import { escapeToOneLine, formatCount, formatMs } from '../../domain/text.js';
import type { Kind, Trace } from '../../domain/trace.js';
import { drawingWidth } from '../../terminal/capabilities.js';
import { cellWidth, cleanText, cutMiddle, fitText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { maxConcurrent, timelineBar, timelineExtent } from '../../tui/panels/timeline.js';
import { traceHeadline } from './trace.js';

const MOST_ROWS = 1000;
const TIME = 9;
/** Cells of the line that made the call, where there is room for it. */
const SITE = 24;
const WIDE = 110;
/** Cells that the bars have at least. */
const NARROWEST = 10;

/** Answers the headline, a scale, and a row for each call of those kinds (all, where none are named) in the order of their start. */
export function waterfallLines(trace: Trace, kinds: Kind[] | undefined, format: OutputFormat): string[] {
  const sites = trace.spans.map(({ site = '' }) => cleanText(site));
  const columns = drawingWidth(format.width);
  const whole = timelineExtent(trace);
  const order = trace.spans
    .map((_, index) => index)
    .filter((index) => !kinds || kinds.includes(trace.spans[index]!.kind))
    .sort((a, b) => trace.spans[a]!.start - trace.spans[b]!.start);
  const shown = order.slice(0, MOST_ROWS);
  const digits = String(trace.spans.length).length;
  const kind = Math.max(0, ...shown.map((index) => cellWidth(cleanText(trace.spans[index]!.kind))));
  const longest = Math.max(0, ...shown.map((index) => cellWidth(sites[index]!)));
  const site = columns >= WIDE ? Math.min(SITE, longest) : 0;
  const room = columns - digits - kind - TIME - (site > 0 ? site + 1 : 0);
  const label = Math.max(8, Math.floor(room * 0.4));
  const cells = Math.max(NARROWEST, room - label - 4);
  const layout = { whole, digits, kind, label, cells, site };
  const lead = ' '.repeat(digits + kind + label + 3);
  const rows = shown.map((index) => row(trace, index, sites[index]!, layout, format));
  const left = order.length - shown.length;
  return [
    traceHeadline(trace, format),
    format.style('dim', `  ${parallelism(trace, order)}`),
    '',
    format.style('dim', lead + scale(whole, cells)),
    ...rows,
    ...(left > 0 ? [format.style('warn', `  … ${formatCount(left, 'more call')}: --json has all`)] : []),
  ];
}

interface Layout {
  whole: number;
  digits: number;
  kind: number;
  label: number;
  cells: number;
  site: number;
}

function row({ spans }: Trace, index: number, site: string, layout: Layout, { style }: OutputFormat): string {
  const span = spans[index]!;
  const [before, waited, took] = timelineBar(span, layout.whole, layout.cells);
  const failed = span.error !== undefined;
  const { role } = kindOf(span.kind);
  const time = !isTimed(span) ? '' : span.duration === undefined ? '…' : formatMs(span.duration);
  const used = cellWidth(before) + cellWidth(waited) + cellWidth(took);
  return [
    style('dim', `${index + 1}`.padStart(layout.digits)),
    style(role, fitText(cleanText(span.kind), layout.kind)),
    fitText(escapeToOneLine(span.name), layout.label),
    before +
      style('dim', waited) +
      style(failed ? 'error' : role, took) +
      ' '.repeat(Math.max(0, layout.cells - used)),
    style(failed ? 'error' : undefined, fitText(time, TIME - 1, 'right')),
    ...(layout.site > 0 ? [style('dim', cutMiddle(site, layout.site))] : []),
  ].join(' ');
}

function parallelism({ spans }: Trace, order: number[]): string {
  const chosen = order.map((index) => spans[index]!);
  if (chosen.length === 0) return 'no calls';
  const most = maxConcurrent(chosen);
  return most > 1 ? `up to ${most} calls at the same time` : 'never two calls at the same time';
}

/** Marks at each quarter, as far as they fit. */
function scale(whole: number, cells: number): string {
  const parts = cells >= 40 ? 4 : cells >= 20 ? 2 : 1;
  const step = Math.floor(cells / parts);
  const marks = Array.from({ length: parts }, (_, at) => fitText(formatMs((whole * at) / parts), step)).join(
    '',
  );
  return fitText(marks, cells) + fitText(formatMs(whole), TIME, 'right');
}
