/** Text of a call: its statement, values, outcome and stack. */

import { isTimed } from '../../domain/span-kinds.js';
import { formatCount, formatMs } from '../../domain/text.js';
import type { Span } from '../../domain/trace.js';
import type { ExplainResult } from '../../feed/feed.js';
import { dialectOf } from '../../insight/libraries.js';
import { detailsOf } from '../../screens/call-details.js';
import { drawnText } from '../../screens/drawn-text.js';
import { layOutSql } from '../../screens/sql-highlight.js';
import { cleanLines, cleanText, type Line, type Segment } from '../../terminal/cells.js';
import type { PanelContext, TextLine } from './panel.js';
import { stackLines } from './stack-detail.js';

function statementLines(span: Span, { trace }: PanelContext): Line[] {
  const { drawn, more } = drawnText(span.name);
  const lines: Line[] =
    span.kind === 'sql'
      ? layOutSql(drawn, dialectOf(trace, span.library))
      : cleanLines(drawn).map((line) => [line]);
  return [...lines, ...undrawnLine(more)];
}

/** What a text has beyond its drawn part, and where to have it. */
function undrawnLine(more: number): Line[] {
  return more === 0 ? [] : [[[`… ${formatCount(more, 'more character')}; y copies all of it`, 'dim']]];
}

function factsLine(span: Span): Line {
  const parts: Segment[] = [[' ', 'dim']];
  const add = (name: string, text: string, role = 'bold') =>
    parts.push([`${name} `, 'dim'], [text, role], '   ');
  if (span.duration === undefined) add('still', 'running', 'warn');
  else if (isTimed(span)) add('took', formatMs(span.duration));
  if (span.wait) add('waited', formatMs(span.wait), 'warn');
  if (span.rows !== undefined) add('rows', span.rows.toLocaleString('en-US'));
  add('at', `+${formatMs(span.start)}`);
  if (span.library) add('by', cleanText(span.library));
  return parts;
}

function detailLines(span: Span): TextLine[] {
  return detailsOf(span).map(([name, text]) => {
    const { drawn, more } = drawnText(text);
    return { line: [[` ${name} `, 'dim'], drawn, ...undrawnLine(more).flat()] };
  });
}

function planLines({ asked, server, plan, remarks, notes }: ExplainResult): TextLine[] {
  const lines: TextLine[] = [{ line: [[` ${cleanText(asked)} by ${cleanText(server)}`, 'title']] }];
  for (const { kind, text } of remarks)
    lines.push({ line: [[` ${cleanText(kind).toUpperCase()} `, 'warn'], cleanText(text)], prose: true });
  for (const line of plan) lines.push(...cleanLines(line).map((text): TextLine => ({ line: [` ${text}`] })));
  for (const note of notes) lines.push({ line: [[` ${cleanText(note)}`, 'dim']], prose: true });
  return lines;
}

/** Text of a call; `note` is a line below its facts. */
export function spanText(span: Span, context: PanelContext, note?: Line): TextLine[] {
  const lines: TextLine[] = statementLines(span, context).map((line) => ({ line: [' ', ...line] }));
  lines.push({ line: [] }, { line: factsLine(span) });
  if (note) lines.push({ line: note });
  if (span.error !== undefined) {
    for (const text of cleanLines(drawnText(span.error).drawn)) lines.push({ line: [' ', [text, 'error']] });
  }
  lines.push(...detailLines(span), { line: [] });
  const plan = context.plan?.(span);
  if (plan) lines.push(...planLines(plan), { line: [] });
  lines.push(...stackLines(span, context));
  return lines;
}

/** Text of a group of calls with the same shape: the slowest call, and the call sites of all. */
export function groupText(spans: Span[], context: PanelContext): TextLine[] {
  const slowest = spans.reduce((a, b) => ((b.duration ?? 0) > (a.duration ?? 0) ? b : a));
  if (spans.length === 1) return spanText(slowest, context);
  const sites = new Map<string, number>();
  for (const span of spans) sites.set(span.site ?? 'unknown', (sites.get(span.site ?? 'unknown') ?? 0) + 1);
  const count = formatCount(spans.length, 'call');
  const note: Line =
    sites.size === 1
      ? [[` the slowest of ${count}, all from one line`, 'dim']]
      : [
          [` the slowest of ${count} from ${sites.size} lines: `, 'dim'],
          [...sites].map(([site, n]) => `${cleanText(site)} ×${n}`).join('  '),
        ];
  return spanText(slowest, context, note);
}
