/** A request as text: its headline, what is wrong with it, and its calls. */

import { isFailed } from '../../domain/request.js';
import { isTimed } from '../../domain/span-kinds.js';
import { escapeControls, escapeToOneLine, formatCount, formatMs } from '../../domain/text.js';
import type { Kind, Span, Trace } from '../../domain/trace.js';
import { type Group, groupsOf } from '../../insight/calls/groups.js';
import { unionMs } from '../../insight/scene.js';
import { ago, dayAndTime } from '../../terminal/age.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { severityRole, statusRole } from '../../terminal/roles.js';
import { wrapText } from '../../terminal/wrap.js';
import { findingLines } from './findings.js';
import type { FrameOptions } from './frames.js';
import { groupLines } from './groups.js';
import { spanLines } from './spans.js';
import { formatTotal } from './totals.js';

/** What to show of a request. */
export interface TraceOptions extends FrameOptions {
  /** Every call by itself, in its order. */
  ungrouped?: boolean;
  /** Only calls of these kinds, and what is wrong with them. */
  kinds?: Kind[];
}

/** Cells that the names of the facts take, with the space around them. */
const NAMES = 11;

/** Answers all lines of a request. */
export function traceLines(trace: Trace, showing: TraceOptions, format: OutputFormat): string[] {
  const isShown = (span: Span | undefined) => !showing.kinds || (span && showing.kinds.includes(span.kind));
  const findings = trace.findings.filter(
    ({ spans }) => !showing.kinds || spans.some((index) => isShown(trace.spans[index])),
  );
  return [
    traceHeadline(trace, format),
    ...facts({ ...trace, findings }, format),
    ...findingLines(findings, showing.code, format),
    ...calls(trace, showing, isShown, format),
    ...remarks(trace, format),
  ];
}

function calls(
  { spans }: Trace,
  showing: TraceOptions,
  isShown: (span: Span) => unknown,
  format: OutputFormat,
): string[] {
  if (showing.ungrouped) {
    const indices = spans.flatMap((span, index) => (isShown(span) ? [index] : []));
    return spanLines(spans, indices, showing, format);
  }
  const groups = groupsOf(spans).filter(({ slowest }: Group) => isShown(spans[slowest]!));
  return groupLines(spans, groups, showing, format);
}

/** Answers `GET /orders?page=2  200  312ms`. */
export function traceHeadline(trace: Trace, { style }: OutputFormat): string {
  if (trace.outside) return style('bold', 'Outside of requests');
  const { method, url, status, duration, state } = trace;
  const parts = [
    style('bold', escapeToOneLine(`${method} ${url}`)),
    status === undefined ? '' : style(statusRole(status), `${status}`),
    duration === undefined ? '' : style('bold', formatMs(duration)),
    state === 'open' ? style('warn', 'still running') : '',
    state === 'died' ? style('error', 'died: the app ended before it had answered') : '',
  ];
  return parts.filter((part) => part !== '').join('  ');
}

function facts(trace: Trace, format: OutputFormat): string[] {
  const { app, id } = trace;
  const { style, now, width } = format;
  const when = `${dayAndTime(trace.start)}, ${ago(trace.start, now)}`;
  const rows: [name: string, text: string][] = [
    ['calls', totals(trace)],
    ['failed', failures(trace)],
    ['route', route(trace)],
    ['ran', app ? `${when}, by ${escapeToOneLine(app.command)} (pid ${app.pid}${nodeOf(app.node)})` : when],
    ['id', id],
  ];
  return [
    ...found(trace, format),
    ...rows.flatMap(([name, text]) => {
      if (text === '') return [];
      const lines = wrapText(escapeControls(text), width - NAMES, '');
      const role = name === 'failed' ? 'error' : undefined;
      return lines.map(
        (line, n) => `  ${style('dim', (n === 0 ? name : '').padEnd(NAMES - 2))}${style(role, line)}`,
      );
    }),
  ];
}

function nodeOf(node: string | undefined): string {
  return node === undefined ? '' : `, node ${escapeToOneLine(node)}`;
}

/** Answers what is wrong in one line, where it is more than one thing. */
function found({ findings }: Trace, { style, width }: OutputFormat): string[] {
  if (findings.length < 2) return [];
  const shown = findings.map(({ kind, site, ms: cost }) =>
    [escapeToOneLine(kind).toUpperCase(), site && escapeToOneLine(site), cost > 0 ? formatMs(cost) : '']
      .filter(Boolean)
      .join(' '),
  );
  const role = severityRole(findings[0]!.severity);
  return wrapText(shown.join('  ·  '), width - NAMES, '').map(
    (line, n) => `  ${style('dim', (n === 0 ? 'found' : '').padEnd(NAMES - 2))}${style(role, line)}`,
  );
}

/** `52 sql 131ms (73% of the time, waited 3.0ms)   own 48ms`. */
function totals({ totals, spans, duration }: Trace): string {
  const kinds = Object.entries(totals).map(([kind, total]) => {
    const share = shareOf(spans, duration, (span) => span.kind === kind);
    const extra = [
      share >= 0.01 ? `${Math.round(share * 100)}% of the time` : '',
      total.wait ? `waited ${formatMs(total.wait)}` : '',
      total.errors ? `${total.errors} failed` : '',
    ].filter((text) => text !== '');
    return formatTotal(kind, total) + (extra.length > 0 ? ` (${extra.join(', ')})` : '');
  });
  if (kinds.length === 0) return 'none that scooby knows of';
  return kinds.join('   ');
}

/** Answers the part of the request in which at least one such call ran, or waited for its connection. */
function shareOf(spans: Span[], duration: number | undefined, isOne: (span: Span) => boolean): number {
  if (!duration) return 0;
  const end = (span: Span) => Math.min(duration, span.start + (span.wait ?? 0) + (span.duration ?? 0));
  const chosen = spans.filter((span) => isOne(span) && isTimed(span));
  return unionMs(chosen.map((span) => ({ start: span.start, end: end(span) }))) / duration;
}

/** Answers what failed in a request that failed, where no finding says it. */
function failures(trace: Trace): string {
  if (!isFailed(trace)) return '';
  const failed = trace.spans.filter((span) => span.error !== undefined && isTimed(span));
  const last = failed.at(-1);
  if (!last) return '';
  const more = failed.length > 1 ? ` (and ${formatCount(failed.length - 1, 'other call')})` : '';
  const error = escapeToOneLine(last.error!.split('\n', 1)[0]!);
  return `${error}${last.site ? `, at ${escapeToOneLine(last.site)}` : ''}${more}`;
}

function route({ route, handler, params = {} }: Trace): string {
  const values = Object.entries(params).map(([name, value]) => `${name}=${value}`);
  return [route, ...values, handler]
    .flatMap((text) => (text === undefined || text === '' ? [] : escapeToOneLine(text)))
    .join('   ');
}

function remarks({ dropped, notes = [] }: Trace, { style }: OutputFormat): string[] {
  const lines = [
    ...(dropped ? [`${formatCount(dropped, 'call was', 'calls were')} not kept: there were too many.`] : []),
    ...notes.map((note) => `not captured: ${escapeToOneLine(note)}`),
  ];
  return lines.length > 0 ? ['', ...lines.map((line) => `  ${style('warn', line)}`)] : [];
}
