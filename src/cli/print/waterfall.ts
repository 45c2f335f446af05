/** The calls of a request over time, as bars: what waited for what, and what ran at once. */

import { isTimed, kindOf } from '../../domain/span-kinds.js';
import { count, ms, oneLine } from '../../domain/text.js';
import type { Kind, Trace } from '../../domain/trace.js';
import { drawingWidth } from '../../terminal/capabilities.js';
import { clean, cutMiddle, fit, width } from '../../terminal/cells.js';
import type { Screen } from '../../terminal/output-format.js';
import { bar, extent, mostAtOnce } from '../../tui/panels/timeline.js';
import { headline } from './trace.js';

const MOST_ROWS = 1000;
const TIME = 9;
/** Cells of the line that made the call, where there is room for it. */
const SITE = 24;
const WIDE = 110;
/** Cells that the bars have at least. */
const NARROWEST = 10;

/** Answers the headline, a scale, and a row for each call of those kinds (all, where none are named) in the order of their start. */
export function waterfallLines(trace: Trace, kinds: Kind[] | undefined, screen: Screen): string[] {
  const sites = trace.spans.map(({ site = '' }) => clean(site));
  const columns = drawingWidth(screen.width);
  const whole = extent(trace);
  const order = trace.spans
    .map((_, index) => index)
    .filter((index) => !kinds || kinds.includes(trace.spans[index]!.kind))
    .sort((a, b) => trace.spans[a]!.start - trace.spans[b]!.start);
  const shown = order.slice(0, MOST_ROWS);
  const digits = String(trace.spans.length).length;
  const kind = Math.max(0, ...shown.map((index) => width(clean(trace.spans[index]!.kind))));
  const longest = Math.max(0, ...shown.map((index) => width(sites[index]!)));
  const site = columns >= WIDE ? Math.min(SITE, longest) : 0;
  const room = columns - digits - kind - TIME - (site > 0 ? site + 1 : 0);
  const label = Math.max(8, Math.floor(room * 0.4));
  const cells = Math.max(NARROWEST, room - label - 4);
  const layout = { whole, digits, kind, label, cells, site };
  const lead = ' '.repeat(digits + kind + label + 3);
  const rows = shown.map((index) => row(trace, index, sites[index]!, layout, screen));
  const left = order.length - shown.length;
  return [
    headline(trace, screen),
    screen.style('dim', `  ${parallelism(trace, order)}`),
    '',
    screen.style('dim', lead + scale(whole, cells)),
    ...rows,
    ...(left > 0 ? [screen.style('warn', `  … ${count(left, 'more call')}: --json has all`)] : []),
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

function row({ spans }: Trace, index: number, site: string, layout: Layout, { style }: Screen): string {
  const span = spans[index]!;
  const [before, waited, took] = bar(span, layout.whole, layout.cells);
  const failed = span.error !== undefined;
  const { role } = kindOf(span.kind);
  const time = !isTimed(span) ? '' : span.duration === undefined ? '…' : ms(span.duration);
  const used = width(before) + width(waited) + width(took);
  return [
    style('dim', `${index + 1}`.padStart(layout.digits)),
    style(role, fit(clean(span.kind), layout.kind)),
    fit(oneLine(span.name), layout.label),
    before +
      style('dim', waited) +
      style(failed ? 'error' : role, took) +
      ' '.repeat(Math.max(0, layout.cells - used)),
    style(failed ? 'error' : undefined, fit(time, TIME - 1, 'right')),
    ...(layout.site > 0 ? [style('dim', cutMiddle(site, layout.site))] : []),
  ].join(' ');
}

function parallelism({ spans }: Trace, order: number[]): string {
  const chosen = order.map((index) => spans[index]!);
  if (chosen.length === 0) return 'no calls';
  const most = mostAtOnce(chosen);
  return most > 1 ? `up to ${most} calls at the same time` : 'never two calls at the same time';
}

/** Marks at each quarter, as far as they fit. */
function scale(whole: number, cells: number): string {
  const parts = cells >= 40 ? 4 : cells >= 20 ? 2 : 1;
  const step = Math.floor(cells / parts);
  const marks = Array.from({ length: parts }, (_, at) => fit(ms((whole * at) / parts), step)).join('');
  return fit(marks, cells) + fit(ms(whole), TIME, 'right');
}
