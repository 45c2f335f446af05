/** Rule: sequential queries of a function, none of which uses a result of the others. */

import { unionMs } from '../../domain/intervals.js';
import { formatSite } from '../../domain/site.js';
import { formatMs } from '../../domain/text.js';
import type { Frame } from '../../domain/trace.js';
import type { Call } from '../calls/calls.js';
import { isSameCallPath } from '../calls/loops.js';
import { blocksOfOthers } from '../patterns/blocked-times.js';
import { isInOtherFunction, usesResult } from '../patterns/source-order.js';
import { transactionOf } from '../patterns/transactions.js';
import { type Draft, type Rule, type Scene, weighConfidence } from '../scene.js';
import { operands } from '../sql/fingerprint.js';

/** Frames above the function that are compared. */
const MAX_CALLERS = 2;

export const couldBeParallel: Rule = (scene) => {
  const drafts: Draft[] = [];
  let sequence: Call[] = [];
  const endSequence = () => {
    const draft = draftOf(scene, sequence);
    if (draft) drafts.push(draft);
    sequence = [];
  };
  for (const call of scene.calls) {
    if (sequence.length > 0 && !continues(scene, sequence, call)) endSequence();
    if (isRead(scene, call)) sequence.push(call);
  }
  endSequence();
  return drafts;
};

function isRead(scene: Scene, call: Call): boolean {
  if (call.isSetup || call.isMasked || call.site === undefined || call.span.error !== undefined) return false;
  if (call.span.duration === undefined || scene.claimed.has(call) || transactionOf(scene, call)) return false;
  // SQLite runs in the app's own thread: its queries cannot run concurrently.
  return (
    call.span.kind === 'sql' &&
    call.verb === 'SELECT' &&
    call.dialect !== 'sqlite' &&
    !/ FOR (?:UPDATE|SHARE)/.test(call.shape)
  );
}

function continues(scene: Scene, sequence: Call[], call: Call): boolean {
  if (!isRead(scene, call)) return false;
  const last = sequence.at(-1)!;
  const [a, b] = [last.site!, call.site!];
  if (call.start < last.end - 0.01 || a.file !== b.file || a.function !== b.function) return false;
  if (last.positions[0] === call.positions[0] || sequence.some(({ shape }) => shape === call.shape))
    return false;
  // Other callers: the function was called a second time.
  if (!isSameCallPath(last.callers, call.callers, MAX_CALLERS)) return false;
  // A name tells no two functions apart that have none: a guard and the handler behind it.
  if (isAnonymous(a) && isInOtherFunction(a, b, scene.readLine)) return false;
  if (sequence.some(({ site }) => usesResult(site!, b, scene.readLine))) return false;
  return isIndependent(scene, sequence, call);
}

function isAnonymous({ function: name }: Frame): boolean {
  return name === '' || name === '<anonymous>';
}

// Every value was known before the sequence: from the request, or as a value of its first query.
function isIndependent(scene: Scene, sequence: Call[], call: Call): boolean {
  const known = new Set([
    ...valuesOf(sequence[0]!),
    ...Object.values(scene.trace.params ?? {}),
    ...partsOf(scene.trace.url),
  ]);
  return placeholderValues(call).every((value) => known.has(value));
}

function valuesOf(call: Call): string[] {
  const { params } = call.span.detail ?? {};
  return params !== null && typeof params === 'object' ? Object.values(params).map(String) : [];
}

function placeholderValues(call: Call): string[] {
  const placeholders = operands(call.span.name, call.dialect!).filter(({ text }) => /^[$?:@]/.test(text));
  const values = valuesOf(call);
  // Values that were not recorded may come from any query: '\0' is never known.
  return placeholders.length > 0 && values.length === 0 ? ['\0'] : values;
}

function partsOf(url: string): string[] {
  return url.split(/[/?&=#]/).filter((part) => part !== '');
}

function draftOf(scene: Scene, sequence: Call[]): Draft | undefined {
  if (sequence.length < 2) return undefined;
  // A wait for a connection stays: at once they need several. A query that was fast in another request
  // is told by that: this one waited for its turn.
  const times = sequence.map((call) =>
    Math.min(
      (call.span.duration ?? 0) - unionMs(blocksOfOthers(scene, call)),
      scene.times?.usualTimeOf(call) ?? Number.POSITIVE_INFINITY,
    ),
  );
  const total = times.reduce((sum, time) => sum + time, 0);
  const saved = total - Math.max(...times);
  const { duration } = scene.trace;
  if (saved < scene.limits.saved || (duration !== undefined && saved < duration * 0.1)) return undefined;
  const first = sequence[0]!;
  const names = sequence.map(({ label, site }) => `\`${label}\` (line ${site!.line})`).join(', ');
  return {
    kind: 'could-be-parallel',
    severity: 'info',
    message: `${sequence.length} queries in ${first.site!.file} wait for each other although none uses what another returned: ${names}; at once they would take ${formatMs(saved)} less`,
    suggestion:
      'Start them together: `const [a, b] = await Promise.all([…, …])`, each on a connection of its own.',
    calls: sequence,
    site: first.site,
    shape: sequence.map(({ shape }) => shape).join('; '),
    ms: saved,
    ...weighConfidence(
      0.5,
      [true, 0, `from one function, ${formatSite(first.site!)} on`],
      [sequence.every((call) => placeholderValues(call).length === 0), 0.1, 'they take no values'],
      [sequence.length > 2, 0.05, 'several'],
    ),
  };
}
