/** What is recorded, and what was left out, in words. */

import { formatLatencies, type Latencies } from '../../domain/latency.js';
import type { Recording } from '../../domain/link.js';
import type { LeftOut, RecordRules } from '../../domain/record-rules.cjs';
import { escapeToOneLine, formatCount } from '../../domain/text.js';

/** Requests of each mode, as the subject of a sentence. */
export const RECORDED_REQUESTS: Record<Recording, string> = {
  all: 'every request is',
  marked: 'only marked requests are',
  off: 'no request is',
};

/** Command that switches to each mode. */
export const RECORDING_COMMANDS: Record<Recording, string> = {
  all: 'scooby on',
  marked: 'scooby mark',
  off: 'scooby off',
};

/** How a request is marked, for a line of its own. */
export const MARKS = 'header X-Scooby-Record: 1, cookie scooby=1, or ?__scooby=1';
/** How to have what is left out for want of calls. */
const HAVE_ALL = "--include '*'";

/** Line of the banner on what a run records; undefined where it records each request. */
export function recordingNote(record: Recording, { sample, exclude = [] }: RecordRules): string | undefined {
  if (record === 'off') return `nothing is recorded; ${RECORDING_COMMANDS.all} starts it`;
  if (record === 'marked')
    return `only marked requests are recorded (${MARKS}); ${RECORDING_COMMANDS.all} records all`;
  const share = sample === undefined || sample >= 1 ? [] : [`recorded: ${formatShare(sample)}`];
  const none = exclude.length === 0 ? [] : [`not recorded: ${exclude.map(escapeToOneLine).join(', ')}`];
  return share.length + none.length === 0 ? undefined : [...share, ...none].join('; ');
}

/** What is said of answers that are delayed; undefined where none is. */
export function delayNote(delays: Latencies | undefined): string | undefined {
  return delays && `answers are delayed: ${formatLatencies(delays)}`;
}

/** A share as `1 of 100 requests`. */
function formatShare(share: number): string {
  return `1 of ${Number((1 / share).toFixed(1)).toLocaleString('en-US')} requests`;
}

/** Number of requests that were left out, whatever the reason. */
export function unrecordedCount(leftOut: LeftOut): number {
  return Object.values(leftOut).reduce((sum, count) => sum + count, 0);
}

/** How many requests were left out, why, and how to have them; undefined where none was. */
export function unrecordedText(leftOut: LeftOut): string | undefined {
  const reasons: [count: number, text: string][] = [
    [leftOut.withoutCalls, `files, modules and health checks without calls (${HAVE_ALL} has them)`],
    [leftOut.excluded, 'by --exclude'],
    [leftOut.unsampled, 'by --sample'],
    [leftOut.unmarked, `without a mark (${RECORDING_COMMANDS.all} has them)`],
    [leftOut.off, 'switched off'],
  ];
  const all = unrecordedCount(leftOut);
  if (all === 0) return undefined;
  const parts = reasons.filter(([count]) => count > 0);
  const list = parts.map(([count, text]) => `${count.toLocaleString('en-US')} ${text}`).join(', ');
  return `${formatCount(all, 'request')} left out: ${list}`;
}

/** Notice on the first request that is left out for want of calls. */
export const FIRST_LEFT_OUT = `files, modules and health checks that make no calls are left out; to have them: ${HAVE_ALL}`;
