/** Request as text: headline, facts, findings and calls. */

import { findingWord } from '../../domain/finding-kinds.js';
import { formatLatencies } from '../../domain/latency.js';
import { isFailed } from '../../domain/request.js';
import { isTimed } from '../../domain/span-kinds.js';
import { escapeControls, escapeToOneLine, formatCount, formatMs, readableUrl } from '../../domain/text.js';
import { timeSpentIn } from '../../domain/time-spent.js';
import { type Kind, type Span, type Trace, timeOf, totalsOf } from '../../domain/trace.js';
import { isUnit } from '../../domain/unit.js';
import { type Group, groupsOf } from '../../insight/calls/groups.js';
import type { WhatIf } from '../../insight/win/what-if.js';
import { whatIfText } from '../../insight/win/what-if-text.js';
import { profileHeadline } from '../../screens/profile-text.js';
import { formatAgo, formatDateTime } from '../../terminal/age.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { severityRole, statusRole } from '../../terminal/roles.js';
import { partText } from '../../terminal/time-lane.js';
import { wrapText } from '../../terminal/wrap.js';
import { thrownLines } from './errors.js';
import { findingLines } from './findings.js';
import type { FrameOptions } from './frames.js';
import { groupLines } from './groups.js';
import type { Relatives } from './relatives.js';
import { spanLines } from './spans.js';
import { formatTotal } from './totals.js';

/** Parts of a request to show. */
export interface TraceOptions extends FrameOptions {
  /** Every call in order, instead of groups. */
  ungrouped?: boolean;
  /** Only calls of these kinds, and their findings. */
  kinds?: Kind[];
  relatives?: Relatives;
  /** The request as it would be further away from what it calls. */
  away?: WhatIf;
}

/** Cells of a fact's name, spaces included. */
const NAME_WIDTH = 11;

/** All lines of a request. */
export function traceLines(trace: Trace, options: TraceOptions, format: OutputFormat): string[] {
  const isShown = (span: Span | undefined) => !options.kinds || (span && options.kinds.includes(span.kind));
  const { away } = options;
  const findings = (away ?? trace).findings.filter(
    ({ kind, spans }) =>
      // An error is told by itself, before all else.
      (kind !== 'thrown' || trace.errors === undefined) &&
      (!options.kinds || spans.some((index) => isShown(trace.spans[index]))),
  );
  const errors = options.kinds ? [] : thrownLines(trace, options, format);
  return [
    traceHeadline(trace, format),
    ...(errors.length > 0 ? [...errors, ''] : []),
    ...factLines({ ...trace, findings }, options, format),
    ...findingLines({ ...trace, ...(away && { duration: away.away }), findings }, options.code, format),
    ...callLines(trace, options, isShown, format),
    ...remarkLines(trace, format),
  ];
}

function callLines(
  { spans }: Trace,
  options: TraceOptions,
  isShown: (span: Span) => unknown,
  format: OutputFormat,
): string[] {
  if (options.ungrouped) {
    const indices = spans.flatMap((span, index) => (isShown(span) ? [index] : []));
    const [counted, late] = partition(indices, (index) => spans[index]!.afterResponse);
    return [
      ...spanLines(spans, counted, options, format),
      ...lateLines(spanLines(spans, late, options, format), format),
    ];
  }
  const groups = groupsOf(spans).filter(({ slowest }: Group) => isShown(spans[slowest]!));
  const [counted, late] = partition(groups, ({ afterResponse }) => afterResponse);
  return [
    ...groupLines(spans, counted, options, format),
    ...lateLines(groupLines(spans, late, options, format), format),
  ];
}

/** Calls that began after the response, under a heading of their own. */
function lateLines(lines: string[], { style }: OutputFormat): string[] {
  if (lines.length === 0) return [];
  return ['', `  ${style('dim', 'after the response, not counted:')}`, ...lines];
}

/** The items for which `isSecond` does not hold, and the others. */
function partition<T>(items: T[], isSecond: (item: T) => unknown): [T[], T[]] {
  return [items.filter((item) => !isSecond(item)), items.filter(isSecond)];
}

/** `GET /orders?page=2  200  312ms`. */
export function traceHeadline(trace: Trace, { style }: OutputFormat): string {
  if (trace.outside) return style('bold', 'Outside of requests');
  const { method, url, status, duration, state, aborted } = trace;
  const wasBrokenOff = state === 'done' && aborted;
  const parts = [
    style('bold', escapeToOneLine(`${method} ${readableUrl(url)}`)),
    status === undefined ? '' : style(statusRole(status), `${status}`),
    duration === undefined ? '' : style('bold', formatMs(duration)),
    state === 'open' ? style('warn', 'still running') : '',
    wasBrokenOff ? style('warn', 'aborted: the response is not complete') : '',
    state === 'died' ? style('error', diedText(trace)) : '',
    state === 'failed' ? style('error', 'failed') : '',
  ];
  return parts.filter((part) => part !== '').join('  ');
}

function diedText(trace: Trace): string {
  return `died: the app exited before it ${isUnit(trace) ? 'was done' : 'responded'}`;
}

function factLines(trace: Trace, { relatives, away }: TraceOptions, format: OutputFormat): string[] {
  const { app, id } = trace;
  const { style, now, width } = format;
  const when = `${formatDateTime(trace.start)}, ${formatAgo(trace.start, now)}`;
  const rows: [name: string, text: string][] = [
    ['sent', readableUrl(trace.url) === trace.url ? '' : trace.url],
    ['calls', callTotals(trace)],
    ['after', lateTotals(trace)],
    ['time', timeText(trace)],
    ['delayed', trace.delayed ? `by ${formatLatencies(trace.delayed)}, as scooby run --delay asked` : ''],
    ['what if', away ? whatIfText(trace, away) : ''],
    ['profile', profileText(trace)],
    ['failed', failureText(trace)],
    [isUnit(trace) ? 'with' : 'route', routeText(trace)],
    ['cause', relatives?.cause ?? ''],
    ['led to', relatives?.effects ?? ''],
    ['ran', app ? `${when}, by ${escapeToOneLine(app.command)} (pid ${app.pid}${nodeOf(app.node)})` : when],
    ['id', id],
  ];
  return [
    ...findingSummary(trace, format),
    ...rows.flatMap(([name, text]) => {
      if (text === '') return [];
      const lines = wrapText(escapeControls(text), width - NAME_WIDTH, '');
      const role = name === 'failed' ? 'error' : undefined;
      return lines.map(
        (line, n) => `  ${style('dim', (n === 0 ? name : '').padEnd(NAME_WIDTH - 2))}${style(role, line)}`,
      );
    }),
  ];
}

function nodeOf(node: string | undefined): string {
  return node === undefined ? '' : `, node ${escapeToOneLine(node)}`;
}

/** Summary of the findings; empty with fewer than two, which are printed in full right below. */
function findingSummary({ findings }: Trace, { style, width }: OutputFormat): string[] {
  if (findings.length < 2) return [];
  const shown = findings.map(({ kind, site, ms: cost }) =>
    [findingWord(escapeToOneLine(kind)), site && escapeToOneLine(site), cost > 0 ? formatMs(cost) : '']
      .filter(Boolean)
      .join(' '),
  );
  const role = severityRole(findings[0]!.severity);
  return wrapText(shown.join('  ·  '), width - NAME_WIDTH, '').map(
    (line, n) => `  ${style('dim', (n === 0 ? 'found' : '').padEnd(NAME_WIDTH - 2))}${style(role, line)}`,
  );
}

/** `sql 131ms 73%   wait 3.0ms 2%   unaccounted 46ms 25%`; empty where there is nothing to divide. */
function timeText(trace: Trace): string {
  if (trace.outside) return '';
  const { parts, total } = timeSpentIn(trace);
  if (parts.every(({ part }) => part === 'unaccounted')) return '';
  return parts.map((part) => partText(part, total)).join('   ');
}

/** `157ms of CPU in 412 samples: --cpu`; empty without a profile. */
function profileText({ profiles = {} }: Trace): string {
  const texts = [profiles.cpu, profiles.heap].flatMap((profile) =>
    profile ? [`${profileHeadline(profile).replace(/, every .*/, '')}: --${profile.kind}`] : [],
  );
  return texts.join('   ');
}

/** `52 sql 131ms (1 failed)`, `50 sql 90ms (1.20s added up)`. */
function callTotals({ totals }: Trace): string {
  const kinds = Object.entries(totals).map(([kind, total]) => {
    const extra = [
      total.ms >= timeOf(total) * 1.05 ? `${formatMs(total.ms)} added up` : '',
      total.errors ? `${total.errors} failed` : '',
    ].filter((text) => text !== '');
    return formatTotal(kind, total) + (extra.length > 0 ? ` (${extra.join(', ')})` : '');
  });
  if (kinds.length === 0) return 'none that scooby records';
  return kinds.join('   ');
}

/** `18 sql 31ms: begun after the response`; empty without such calls. */
function lateTotals({ spans }: Trace): string {
  const late = spans.filter(({ afterResponse }) => afterResponse);
  const totals = totalsOf(late.map(({ afterResponse: _, ...span }) => span));
  const texts = Object.entries(totals).map(([kind, total]) => formatTotal(kind, total));
  return texts.length === 0 ? '' : `${texts.join('   ')}: begun after the response`;
}

/** Error of the last failed call of a failed request; empty otherwise. */
function failureText(trace: Trace): string {
  if (!isFailed(trace) || trace.errors !== undefined) return '';
  if (trace.error !== undefined) return escapeToOneLine(trace.error.split('\n', 1)[0]!);
  const failed = trace.spans.filter((span) => span.error !== undefined && isTimed(span));
  const last = failed.at(-1);
  if (!last) return '';
  const more = failed.length > 1 ? ` (and ${formatCount(failed.length - 1, 'other call')})` : '';
  const error = escapeToOneLine(last.error!.split('\n', 1)[0]!);
  return `${error}${last.site ? `, at ${escapeToOneLine(last.site)}` : ''}${more}`;
}

function routeText({ method, route, handler, params = {} }: Trace): string {
  // Of a unit the route is its name.
  const pattern = isUnit({ method }) ? undefined : route;
  const values = Object.entries(params).map(([name, value]) => `${name}=${value}`);
  return [pattern, ...values, handler]
    .flatMap((text) => (text === undefined || text === '' ? [] : escapeToOneLine(text)))
    .join('   ');
}

function remarkLines({ dropped, notes = [] }: Trace, { style }: OutputFormat): string[] {
  const lines = [
    ...(dropped
      ? [`${formatCount(dropped, 'call was', 'calls were')} not recorded, because there were too many.`]
      : []),
    ...notes.map((note) => `not captured: ${escapeToOneLine(note)}`),
  ];
  return lines.length > 0 ? ['', ...lines.map((line) => `  ${style('warn', line)}`)] : [];
}
