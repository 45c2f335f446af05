/** Badges of a request, such as ERR or N+1, as text so that they work without colour. */

import { FINDING_KINDS, SLOW_REQUEST_MS } from '../domain/finding-kinds.js';
import { hasErrors } from '../domain/request.js';
import type { Summary } from '../domain/trace.js';
import type { Segment } from '../terminal/cells.js';

export interface Badge {
  text: string;
  /** Role of the theme. */
  role: string;
}

/** Badges of a request, most severe first. */
export function badgesOf(
  row: Pick<Summary, 'status' | 'state' | 'findings' | 'totals' | 'duration'>,
): Badge[] {
  const badges: Badge[] = [];
  if (row.state === 'died') badges.push({ text: 'DIED', role: 'error' });
  else if (hasErrors(row)) badges.push({ text: 'ERR', role: 'error' });
  for (const { kind, badge } of FINDING_KINDS) {
    const hasFinding = row.findings.some((finding) => finding.toLowerCase().includes(kind));
    const isSlow = kind === 'slow' && (row.duration ?? 0) >= SLOW_REQUEST_MS;
    if (badge !== undefined && (hasFinding || isSlow)) badges.push({ text: badge, role: 'warn' });
  }
  return badges;
}

/** As many badges as fit, padded to exactly `cells`. */
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
