/** A request as text: its headline, what is known of it, what is wrong with it, and its calls. */

import { count, ms, oneLine, visible } from '../text.js';
import type { Trace } from '../trace.js';
import { wrapped } from './prose.js';
import type { Screen } from './screen.js';
import { type Showing, spanLines } from './span-text.js';
import { severityRole, statusRole } from './style.js';
import { totalText } from './totals.js';
import { age, dayAndTime } from './when.js';

/** Cells that the names of the facts take, with the space around them. */
const NAMES = 11;

/** Answers all lines of a request. */
export function traceLines(trace: Trace, showing: Showing, screen: Screen): string[] {
  return [
    headline(trace, screen),
    ...facts(trace, screen),
    ...findings(trace, screen),
    ...spanLines(trace.spans, showing, screen),
    ...remarks(trace, screen),
  ];
}

/** `GET /orders?page=2  200  312ms`. */
function headline(trace: Trace, { style }: Screen): string {
  if (trace.outside) return style('bold', 'Outside of requests');
  const { method, url, status, duration, state } = trace;
  const parts = [
    style('bold', oneLine(`${method} ${url}`)),
    status === undefined ? '' : style(statusRole(status), `${status}`),
    duration === undefined ? '' : style('bold', ms(duration)),
    state === 'open' ? style('warn', 'still running') : '',
    state === 'died' ? style('error', 'died: the app ended before it had answered') : '',
  ];
  return parts.filter((part) => part !== '').join('  ');
}

function facts(trace: Trace, { style, now, width }: Screen): string[] {
  const { app, route, handler, params = {} } = trace;
  const values = Object.entries(params).map(([name, value]) => `${name}=${value}`);
  const ago = age(trace.start, now);
  const rows: [name: string, text: string | undefined][] = [
    ['when', `${dayAndTime(trace.start)}, ${ago === 'now' ? 'just now' : `${ago} ago`}`],
    ['route', route === undefined ? undefined : [route, ...values].map(oneLine).join('   ')],
    ['handler', handler && oneLine(handler)],
    [
      'app',
      app && `${oneLine(app.command)}   (pid ${app.pid}${app.node ? `, node ${oneLine(app.node)}` : ''})`,
    ],
    ['id', trace.id],
    ['calls', calls(trace)],
  ];
  return rows.flatMap(([name, text]) => {
    if (text === undefined) return [];
    const lines = wrapped(visible(text), width - NAMES, '');
    return lines.map((line, n) => `  ${style('dim', (n === 0 ? name : '').padEnd(NAMES - 2))}${line}`);
  });
}

function calls({ totals }: Trace): string {
  const kinds = Object.entries(totals).map(([kind, total]) => {
    const extra = [
      total.wait ? `waited ${ms(total.wait)}` : '',
      total.errors ? `${total.errors} failed` : '',
    ].filter((text) => text !== '');
    return totalText(kind, total) + (extra.length > 0 ? ` (${extra.join(', ')})` : '');
  });
  return kinds.length > 0 ? kinds.join('   ') : 'none that scooby knows of';
}

function findings({ findings }: Trace, { style, width }: Screen): string[] {
  return findings.flatMap((finding) => {
    const where = [finding.function, finding.site && `(${finding.site})`].filter(Boolean).join(' ');
    const lines = [
      ...wrapped(oneLine(finding.message), width - 2, ''),
      ...wrapped(oneLine(finding.suggestion ?? ''), width - 2, ''),
    ].filter((line) => line !== '');
    return [
      '',
      `  ${style(severityRole(finding.severity), oneLine(finding.kind).toUpperCase())}  ${style('accent', oneLine(where))}`,
      ...lines.map((line) => `  ${line}`),
    ];
  });
}

function remarks({ dropped, notes = [] }: Trace, { style }: Screen): string[] {
  const lines = [
    ...(dropped ? [`${count(dropped, 'call was', 'calls were')} not kept: there were too many.`] : []),
    ...notes.map(oneLine),
  ];
  return lines.length > 0 ? ['', ...lines.map((line) => `  ${style('warn', line)}`)] : [];
}
