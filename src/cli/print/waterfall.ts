/** Calls of a request over time, as bars. */

import { isTimed, kindOf } from '../../domain/span-kinds.js';
import { escapeToOneLine, formatCount, formatMs } from '../../domain/text.js';
import { countedSpans, type Kind, type Trace } from '../../domain/trace.js';
import { type JavaScriptSlice, slicesOf } from '../../insight/profile/slices.js';
import { functionPlace, sliceText } from '../../screens/profile-text.js';
import { maxConcurrent, timelineExtent } from '../../screens/timeline-extent.js';
import { drawingWidth } from '../../terminal/capabilities.js';
import { cellWidth, cleanText, cutMiddle, fitText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { sliceBar, timelineBar } from '../../tui/panels/timeline.js';
import { traceHeadline } from './trace.js';

const MAX_ROWS = 1000;
/** Cells of the duration column. */
const TIME_WIDTH = 9;
/** Cells of the call site column, which is shown from SITE_MIN_COLUMNS on. */
const SITE_WIDTH = 24;
const SITE_MIN_COLUMNS = 110;
const MIN_BAR_WIDTH = 10;
const MIN_LABEL_WIDTH = 8;

/** Headline, scale and a row per call of `kinds` (default: all), in order of start. */
export function waterfallLines(trace: Trace, kinds: Kind[] | undefined, format: OutputFormat): string[] {
  const sites = trace.spans.map(({ site = '' }) => cleanText(site));
  const columns = drawingWidth(format.width);
  const extent = timelineExtent(trace);
  const isLate = (index: number) => Number(trace.spans[index]!.afterResponse === true);
  const order = trace.spans
    .map((_, index) => index)
    .filter((index) => !kinds || kinds.includes(trace.spans[index]!.kind))
    .sort((a, b) => isLate(a) - isLate(b) || trace.spans[a]!.start - trace.spans[b]!.start);
  const shown = order.slice(0, MAX_ROWS);
  const digits = String(trace.spans.length).length;
  const kind = Math.max(0, ...shown.map((index) => cellWidth(cleanText(trace.spans[index]!.kind))));
  const longest = Math.max(0, ...shown.map((index) => cellWidth(sites[index]!)));
  const site = columns >= SITE_MIN_COLUMNS ? Math.min(SITE_WIDTH, longest) : 0;
  const room = columns - digits - kind - TIME_WIDTH - (site > 0 ? site + 1 : 0);
  const label = Math.max(MIN_LABEL_WIDTH, Math.floor(room * 0.4));
  const cells = Math.max(MIN_BAR_WIDTH, room - label - 4);
  const layout = { extent, digits, kind, label, cells, site };
  const lead = ' '.repeat(digits + kind + label + 3);
  const slices = kinds ? [] : slicesOf(trace);
  const drawn = shown.map((index): DrawnRow => {
    const line = row(trace, index, sites[index]!, layout, format);
    return { start: trace.spans[index]!.start, isLate: isLate(index), line };
  });
  for (const slice of slices)
    drawn.push({ start: slice.start, isLate: 0, line: sliceRow(slice, layout, format) });
  drawn.sort((a, b) => a.isLate - b.isLate || a.start - b.start);
  const rows = drawn.map(({ line }) => line);
  const counted = drawn.filter((each) => !each.isLate).length;
  if (counted < rows.length)
    rows.splice(counted, 0, format.style('dim', '  after the response, not counted:'));
  const hidden = order.length - shown.length;
  return [
    traceHeadline(trace, format),
    format.style('dim', `  ${concurrencyText(trace, order)}`),
    '',
    format.style('dim', lead + scaleText(extent, cells)),
    ...rows,
    ...(hidden > 0 ? [format.style('warn', `  … ${formatCount(hidden, 'more call')}: --json has all`)] : []),
  ];
}

/** A row before it is put in order; calls after the response come last. */
interface DrawnRow {
  start: number;
  isLate: number;
  line: string;
}

/** Code that ran between calls, without a number. */
function sliceRow(slice: JavaScriptSlice, layout: Layout, { style }: OutputFormat): string {
  const [before, took] = sliceBar(slice, layout.extent, layout.cells);
  const text = sliceText(slice).replace(/^\S+ /, '');
  const used = cellWidth(before) + cellWidth(took);
  return [
    ' '.repeat(layout.digits),
    style('cpu', fitText('cpu', layout.kind)),
    fitText(text, layout.label),
    before + style('cpu', took) + ' '.repeat(Math.max(0, layout.cells - used)),
    fitText(formatMs(slice.ms), TIME_WIDTH - 1, 'right'),
    ...(layout.site > 0 ? [style('dim', cutMiddle(functionPlace(slice.function), layout.site))] : []),
  ].join(' ');
}

/** Column widths in cells. */
interface Layout {
  /** Time that the bars cover, in ms. */
  extent: number;
  digits: number;
  kind: number;
  label: number;
  cells: number;
  site: number;
}

function row({ spans }: Trace, index: number, site: string, layout: Layout, { style }: OutputFormat): string {
  const span = spans[index]!;
  const [before, waited, took] = timelineBar(span, layout.extent, layout.cells);
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
    style(failed ? 'error' : undefined, fitText(time, TIME_WIDTH - 1, 'right')),
    ...(layout.site > 0 ? [style('dim', cutMiddle(site, layout.site))] : []),
  ].join(' ');
}

function concurrencyText({ spans }: Trace, order: number[]): string {
  const chosen = countedSpans(order.map((index) => spans[index]!));
  if (chosen.length === 0) return 'no calls';
  const max = maxConcurrent(chosen);
  return max > 1 ? `up to ${max} calls at the same time` : 'never two calls at the same time';
}

/** Time marks at each quarter, half or start, as many as fit. */
function scaleText(extent: number, cells: number): string {
  const parts = cells >= 40 ? 4 : cells >= 20 ? 2 : 1;
  const step = Math.floor(cells / parts);
  const marks = Array.from({ length: parts }, (_, at) => fitText(formatMs((extent * at) / parts), step)).join(
    '',
  );
  return fitText(marks, cells) + fitText(formatMs(extent), TIME_WIDTH, 'right');
}
