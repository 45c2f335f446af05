/** The SQL of a request as a script: its statements in their order, the values written in, each on one line. */

import { dialectOf } from '../insight/calls.js';
import { runnable } from '../insight/runnable.js';
import { count, ms, oneLine } from '../text.js';
import type { Span, Trace } from '../trace.js';
import { calledAt } from './frame-text.js';
import type { Screen } from './screen.js';
import { dayAndTime } from './when.js';

const WRITES = /^\s*(?:insert|update|delete|merge|replace|truncate|create|alter|drop|call)\b/i;

/** Answers the script. What cannot be run as it was, because a value is masked or was cut, is a comment that says so. */
export function sqlLines(trace: Trace, { style }: Screen): string[] {
  const statements = trace.spans.flatMap((span, index) => (span.kind === 'sql' ? [{ span, index }] : []));
  const { method, url, status } = trace;
  const what = trace.outside ? 'outside of requests' : `${method} ${url} ${status ?? trace.state}`;
  const writes = statements.filter(({ span }) => WRITES.test(span.name)).length;
  const head = [
    `-- ${oneLine(what)}, ${dayAndTime(trace.start)}: ${count(statements.length, 'statement')}`,
    ...(writes > 0 ? [`-- ${count(writes, 'statement writes', 'statements write')}`] : []),
  ];
  return [
    ...head.map((line) => style('dim', line)),
    ...statements.flatMap(({ span, index }) => lines(span, index, style)),
  ];
}

function lines(span: Span, index: number, style: Screen['style']): string[] {
  const { sql, faults } = runnable(span.name, dialectOf(span.library), span.detail?.params);
  const about = style('dim', `-- #${index + 1} ${aboutOf(span)}`);
  if (faults.length === 0) return ['', about, `${sql};`];
  const reason = `-- cannot be run as it is: ${faults.join('; ')}`;
  return ['', about, style('warn', reason), style('dim', `-- ${sql};`)];
}

/** `loadItems (src/orders.js:47), 8.2ms, 3 rows`. */
function aboutOf({ site, frame, duration, rows, error }: Span): string {
  const where = site === undefined ? 'no line of the app' : calledAt(frame?.function, site);
  const facts = [
    where,
    duration === undefined ? 'not finished' : ms(duration),
    rows === undefined ? '' : count(rows, 'row'),
    error === undefined ? '' : `failed: ${error.split('\n', 1)[0]}`,
  ];
  return oneLine(facts.filter((fact) => fact !== '').join(', '));
}
