/** One call as text: what was asked, with which values, what came of it, and who asked. */

import { isTimed } from '../../domain/span-kinds.js';
import { formatCount, formatMs, valueText } from '../../domain/text.js';
import type { Span } from '../../domain/trace.js';
import type { ExplainResult } from '../../feed/feed.js';
import { dialectOf } from '../../insight/libraries.js';
import { cleanLines, cleanText, type Line, type Segment } from '../../terminal/cells.js';
import { layOutSql } from '../view/sql-highlight.js';
import type { PanelContext, TextLine } from './panel.js';
import { stackLines } from './stack-detail.js';

function statement(span: Span, { trace }: PanelContext): Line[] {
  if (span.kind === 'sql') return layOutSql(span.name, dialectOf(trace, span.library));
  return cleanLines(span.name).map((line) => [line]);
}

function facts(span: Span): Line {
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

/** Details of a call that only insight reads, and what tells connections apart, which says nothing to a reader. */
const HIDDEN = new Set(['opened', 'prepared', 'connection']);

/** What the kind adds to a call, values and the like, as `show` and the browser tell it. */
export function detailsOf(span: Span): [name: string, text: string][] {
  return Object.entries(span.detail ?? {})
    .filter(([name, value]) => !HIDDEN.has(name) && !isEmpty(value) && !isSaid(span, value))
    .map(([name, value]) => [cleanText(name), cleanText(valueText(value))]);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

// A line that was logged has said the things that were given to it.
function isSaid({ kind, name }: Span, value: unknown): boolean {
  return (
    kind === 'log' &&
    Array.isArray(value) &&
    value.every((thing) => name.includes(typeof thing === 'string' ? thing : JSON.stringify(thing)))
  );
}

function details(span: Span): TextLine[] {
  return detailsOf(span).map(([name, text]) => ({ line: [[` ${name} `, 'dim'], text] }));
}

function planText({ asked, server, plan, remarks, notes }: ExplainResult): TextLine[] {
  const out: TextLine[] = [{ line: [[` ${cleanText(asked)} by ${cleanText(server)}`, 'title']] }];
  for (const { kind, text } of remarks)
    out.push({ line: [[` ${cleanText(kind).toUpperCase()} `, 'warn'], cleanText(text)], prose: true });
  for (const line of plan) out.push(...cleanLines(line).map((text): TextLine => ({ line: [` ${text}`] })));
  for (const note of notes) out.push({ line: [[` ${cleanText(note)}`, 'dim']], prose: true });
  return out;
}

/** Answers the text of a call. */
export function spanText(span: Span, reading: PanelContext, lead?: Line): TextLine[] {
  const out: TextLine[] = statement(span, reading).map((line) => ({ line: [' ', ...line] }));
  out.push({ line: [] }, { line: facts(span) });
  if (lead) out.push({ line: lead });
  if (span.error !== undefined) {
    for (const text of cleanLines(span.error)) out.push({ line: [' ', [text, 'error']] });
  }
  out.push(...details(span), { line: [] });
  const plan = reading.plan?.(span);
  if (plan) out.push(...planText(plan), { line: [] });
  out.push(...stackLines(span, reading));
  return out;
}

/** Answers the text of calls that are the same but for their values: the slowest of them, and from where they came. */
export function groupText(spans: Span[], reading: PanelContext): TextLine[] {
  const slowest = spans.reduce((a, b) => ((b.duration ?? 0) > (a.duration ?? 0) ? b : a));
  if (spans.length === 1) return spanText(slowest, reading);
  const sites = new Map<string, number>();
  for (const span of spans) sites.set(span.site ?? 'unknown', (sites.get(span.site ?? 'unknown') ?? 0) + 1);
  const all = formatCount(spans.length, 'call');
  const lead: Line =
    sites.size === 1
      ? [[` the slowest of ${all}, all from one line`, 'dim']]
      : [
          [` the slowest of ${all} from ${sites.size} lines: `, 'dim'],
          [...sites].map(([site, n]) => `${cleanText(site)} ×${n}`).join('  '),
        ];
  return spanText(slowest, reading, lead);
}
