/** What became of a request in one line: `queries 52 → 3, 85ms → 22ms`. */

import { findingWord } from '../../domain/finding-kinds.js';
import { formatCount, formatMs, formatWhole } from '../../domain/text.js';
import type {
  FindingFigures,
  FindingVerdict,
  RequestFigures,
  Verification,
  VerifiedFinding,
} from './verdicts.js';

/** Colour role of a verdict, in the terminal and its browser. */
export const VERDICT_ROLES = {
  gone: 'ok',
  better: 'warn',
  'still there': 'error',
  unclear: 'warn',
} as const satisfies Record<FindingVerdict, string>;

/** Queries, time, and the status where it changed. */
export function requestSummary(before: RequestFigures, after: RequestFigures): string {
  const ms = ({ ms: time }: RequestFigures) => (time === undefined ? '-' : formatMs(time));
  const status = before.status === after.status ? [] : [`${before.status} → ${after.status}`];
  return [
    ...status,
    `queries ${formatWhole(before.queries)} → ${formatWhole(after.queries)}`,
    `${ms(before)} → ${ms(after)}`,
  ].join(', ');
}

/** Calls and time of a finding: `50 calls, 59ms → 1 call, 2ms`. */
export function findingSummary({ verdict, before, after }: VerifiedFinding): string {
  const text = ({ calls, ms }: FindingFigures) =>
    [calls > 0 ? formatCount(calls, 'call') : '', ms > 0 ? formatMs(ms) : ''].filter(Boolean).join(', ');
  const was = text(before);
  if (verdict === 'unclear' || (was === '' && after === undefined)) return was;
  return `${was} → ${after === undefined ? 'none' : text(after)}`;
}

/** A watched route in one line: `queries 52 → 3, 85ms → 22ms  N+1 gone`. */
export function watchSummary({ before, after, findings, new: added }: Verification): string {
  const verdicts = findings.map(({ kind, verdict }) => `${findingWord(kind)} ${verdict}`);
  const news = added.map(({ kind }) => `${findingWord(kind)} new`);
  return [requestSummary(before, after), [...new Set([...verdicts, ...news])].join(', ')]
    .filter(Boolean)
    .join('  ');
}
