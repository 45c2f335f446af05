/** Line that `scooby run` prints for a finished request. */

import { findingWord } from '../../domain/finding-kinds.js';
import { firstToFix } from '../../domain/finding-win.js';
import { escapeToOneLine, formatCount, formatMs, readableUrl } from '../../domain/text.js';
import { type FinishedRequest, timeOf } from '../../domain/trace.js';
import { severityRole, statusRole } from '../../terminal/roles.js';
import type { Style } from '../../terminal/style.js';

/**
 * `GET /orders 200 312ms 51 sql 48ms N+1 wins 44ms`: status or end, duration, totals by kind, calls that
 * are missing from them, kinds of findings, and what the one to fix first wins.
 */
export function requestLine(request: FinishedRequest, style: Style): string {
  const parts = [request.method, escapeToOneLine(readableUrl(request.url))];
  if (request.status !== undefined) parts.push(style(statusRole(request.status), String(request.status)));
  if (request.state === 'died' || request.state === 'failed') parts.push(style('error', request.state));
  else if (request.aborted) parts.push(style('warn', 'aborted'));
  if (request.duration !== undefined) parts.push(formatMs(request.duration));
  for (const [kind, total] of Object.entries(request.totals)) {
    parts.push(style('dim', `${total.count} ${kind} ${formatMs(timeOf(total))}`));
  }
  if (request.dropped) parts.push(style('warn', `${formatCount(request.dropped, 'call')} not recorded`));
  const findings = new Map(
    request.findings.filter(isAtLeastMedium).map(({ kind, severity }) => [kind, severity]),
  );
  const first = firstToFix(request);
  for (const [kind, severity] of findings) {
    parts.push(style(severityRole(severity), findingWord(escapeToOneLine(kind))));
    if (kind === first?.kind) parts.push(style('dim', `wins ${formatMs(first.win!)}`));
  }
  return parts.join(' ');
}

function isAtLeastMedium({ severity }: { severity: string }): boolean {
  return severity === 'high' || severity === 'medium';
}
