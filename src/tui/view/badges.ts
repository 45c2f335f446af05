/** The marks of a request that call for a look: as text, so that they mean something without colour. */

import { FINDING_KINDS } from '../../domain/finding-kinds.js';
import { hasErrors } from '../../domain/request.js';
import type { Summary } from '../../domain/trace.js';
import type { Segment } from '../../terminal/cells.js';

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
  if (row.state === 'died') badges.push({ text: 'DIED', role: 'error' });
  else if (hasErrors(row)) badges.push({ text: 'ERR', role: 'error' });
  for (const { kind, badge } of FINDING_KINDS) {
    const found = row.findings.some((finding) => finding.toLowerCase().includes(kind));
    const isSlow = kind === 'slow' && (row.duration ?? 0) >= SLOW;
    if (badge !== undefined && (found || isSlow)) badges.push({ text: badge, role: 'warn' });
  }
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
