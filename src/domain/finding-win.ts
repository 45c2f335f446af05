/** Win of a finding as text: ms that the page would take less if it were mended. */

import { formatMs } from './text.js';

/** A finding, and a request, as far as wins are concerned. */
interface Winner {
  win?: number;
}
interface Page<F extends Winner> {
  duration?: number;
  findings: readonly F[];
}

/** Share of the page below which a win is nothing to begin with. */
const MIN_SHARE = 0.05;
/** ms below which a win is lost in the measurement. */
const NOTHING_MS = 0.05;

/** The finding to mend first: that which wins most, if it wins a part worth it. */
export function firstToFix<F extends Winner>({ duration = 0, findings }: Page<F>): F | undefined {
  const winner = findings.reduce<F | undefined>(
    (best, finding) => ((finding.win ?? 0) > (best?.win ?? 0) ? finding : best),
    undefined,
  );
  return winner && duration > 0 && winner.win! >= duration * MIN_SHARE ? winner : undefined;
}

/** ms that the page takes less once the finding that wins most is mended; undefined where that is nothing. */
export function mostWin(findings: readonly Winner[]): number | undefined {
  const most = findings.reduce((best, { win = 0 }) => Math.max(best, win), 0);
  return most < NOTHING_MS ? undefined : most;
}

/** `fix this first: 61 of 85ms`, `wins 3.1ms`, `wins nothing`; empty where no win is known. */
export function winText(finding: Winner, page: Page<Winner>): string {
  const { win } = finding;
  if (win === undefined || page.duration === undefined) return '';
  if (firstToFix(page) === finding) return `fix this first: ${partOfPage(win, page.duration)}`;
  return win < NOTHING_MS ? 'wins nothing' : `wins ${formatMs(win)}`;
}

/** `61 of 85ms`, `310ms of 1.20s`: the unit once, where both have the same. */
export function partOfPage(ms: number, duration: number): string {
  const [part, whole] = [formatMs(ms), formatMs(duration)];
  const unit = /(?<![a-zµ])[a-zµ]+$/.exec(whole)?.[0] ?? '';
  return `${part.endsWith(unit) && /\d$/.test(part.slice(0, -unit.length)) ? part.slice(0, -unit.length) : part} of ${whole}`;
}
