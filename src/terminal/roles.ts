/** Colour roles of statuses and severities, the same in all commands and the browser. */

import type { Finding } from '../domain/trace.js';

const SEVERITIES = { high: 'error', medium: 'warn', low: 'accent', info: 'dim' } as const;

/** Role of a response's status; dim without a status. */
export function statusRole(status: number | undefined): 'dim' | 'ok' | 'accent' | 'warn' | 'error' {
  if (status === undefined) return 'dim';
  if (status >= 500) return 'error';
  if (status >= 400) return 'warn';
  return status >= 300 ? 'accent' : 'ok';
}

/** Role of a finding's severity. */
export function severityRole(severity: Finding['severity']): 'error' | 'warn' | 'accent' | 'dim' {
  return SEVERITIES[severity];
}
