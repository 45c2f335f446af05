/** The one line that is told of a finished request while the app runs. */

import { escapeToOneLine, formatMs } from '../../domain/text.js';
import type { Trace } from '../../domain/trace.js';
import { severityRole, statusRole } from '../../terminal/roles.js';
import type { Style } from '../../terminal/style.js';

/** Answers `GET /orders 200 312ms 51 sql 48ms n+1`: status or how it ended, totals by kind, kinds of findings. */
export function requestLine(trace: Trace, style: Style): string {
  const words = [trace.method, escapeToOneLine(trace.url)];
  if (trace.status !== undefined) words.push(style(statusRole(trace.status), String(trace.status)));
  if (trace.state === 'died') words.push(style('error', 'died'));
  else if (trace.aborted) words.push(style('warn', 'aborted'));
  if (trace.duration !== undefined) words.push(formatMs(trace.duration));
  for (const [kind, total] of Object.entries(trace.totals)) {
    words.push(style('dim', `${total.count} ${kind} ${formatMs(total.ms)}`));
  }
  const findings = new Map(trace.findings.filter(isLoud).map(({ kind, severity }) => [kind, severity]));
  for (const [kind, severity] of findings) words.push(style(severityRole(severity), kind));
  return words.join(' ');
}

function isLoud({ severity }: { severity: string }): boolean {
  return severity === 'high' || severity === 'medium';
}
