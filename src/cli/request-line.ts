/** The one line that is told of a finished request while the app runs. */

import { ms, oneLine } from '../text.js';
import type { Trace } from '../trace.js';

/** Answers `GET /orders 200 312ms 51 sql 48ms N+1`: status or how it ended, totals by kind, kinds of findings. */
export function requestLine(trace: Trace): string {
  const words = [trace.method, oneLine(trace.url)];
  if (trace.status !== undefined) words.push(String(trace.status));
  if (trace.state === 'died') words.push('died');
  else if (trace.aborted) words.push('aborted');
  if (trace.duration !== undefined) words.push(ms(trace.duration));
  for (const [kind, total] of Object.entries(trace.totals))
    words.push(String(total.count), kind, ms(total.ms));
  for (const kind of new Set(trace.findings.filter(isLoud).map((finding) => finding.kind))) words.push(kind);
  return words.join(' ');
}

function isLoud({ severity }: { severity: string }): boolean {
  return severity === 'high' || severity === 'medium';
}
