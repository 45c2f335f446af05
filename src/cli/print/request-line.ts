/** Line that `scooby run` prints for a finished request. */

import { escapeToOneLine, formatMs } from '../../domain/text.js';
import { type Trace, timeOf } from '../../domain/trace.js';
import { severityRole, statusRole } from '../../terminal/roles.js';
import type { Style } from '../../terminal/style.js';

/**
 * `GET /orders 200 312ms 51 sql 48ms n+1`: status or end, duration, totals by kind, kinds of
 * findings.
 */
export function requestLine(trace: Trace, style: Style): string {
  const parts = [trace.method, escapeToOneLine(trace.url)];
  if (trace.status !== undefined) parts.push(style(statusRole(trace.status), String(trace.status)));
  if (trace.state === 'died') parts.push(style('error', 'died'));
  else if (trace.aborted) parts.push(style('warn', 'aborted'));
  if (trace.duration !== undefined) parts.push(formatMs(trace.duration));
  for (const [kind, total] of Object.entries(trace.totals)) {
    parts.push(style('dim', `${total.count} ${kind} ${formatMs(timeOf(total))}`));
  }
  const findings = new Map(
    trace.findings.filter(isAtLeastMedium).map(({ kind, severity }) => [kind, severity]),
  );
  for (const [kind, severity] of findings) parts.push(style(severityRole(severity), kind));
  return parts.join(' ');
}

function isAtLeastMedium({ severity }: { severity: string }): boolean {
  return severity === 'high' || severity === 'medium';
}
