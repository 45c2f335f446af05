/** The marks of a request that call for a look: as text, so that they mean something without colour. */

import { hasErrors, isRepeated } from '../domain/request.js';
import type { Summary } from '../trace.js';
import type { Segment } from './cells.js';

/** ms from which on a request is called slow, whatever insight says. */
const SLOW = 500;

export interface Badge {
  text: string;
  role: string;
}

/** Answers the badges of a request, the gravest first. */
export function badgesOf(
  row: Pick<Summary, 'status' | 'state' | 'findings' | 'totals' | 'duration'>,
): Badge[] {
  const badges: Badge[] = [];
  const has = (kind: string) => row.findings.some((finding) => finding.toLowerCase().includes(kind));
  if (row.state === 'died') badges.push({ text: 'DIED', role: 'error' });
  else if (hasErrors(row)) badges.push({ text: 'ERR', role: 'error' });
  if (isRepeated(row)) badges.push({ text: 'N+1', role: 'warn' });
  if ((row.duration ?? 0) >= SLOW || has('slow')) badges.push({ text: 'SLOW', role: 'warn' });
  if (has('duplicate')) badges.push({ text: 'DUP', role: 'warn' });
  return badges;
}

/** Answers as many badges as fit, as text of exactly that many cells. */
export function badgeCells(badges: Badge[], cells: number): Segment[] {
  const out: Segment[] = [];
  let left = cells;
  for (const badge of badges) {
    const gap = out.length > 0 ? 1 : 0;
    if (badge.text.length + gap > left) break;
    if (gap) out.push(' ');
    out.push([badge.text, badge.role]);
    left -= badge.text.length + gap;
  }
  out.push(' '.repeat(left));
  return out;
}

/** Answers the role that a status is painted with. */
export function statusRole(status: number | undefined): string {
  if (status === undefined) return 'dim';
  if (status >= 500) return 'error';
  if (status >= 400) return 'warn';
  return status >= 300 ? 'accent' : 'ok';
}
