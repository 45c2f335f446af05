/** Queries that wait for each other although none needs what the one before returned. */

import { formatSite } from '../../domain/site.js';
import { formatMs } from '../../domain/text.js';
import type { Call } from '../calls/calls.js';
import { transactionOf } from '../patterns/transactions.js';
import { type Draft, type Rule, type Scene, weighConfidence } from '../scene.js';
import { operands } from '../sql/fingerprint.js';

export const couldBeParallel: Rule = (scene) => {
  const drafts: Draft[] = [];
  let row: Call[] = [];
  const end = () => {
    const draft = draftOf(scene, row);
    if (draft) drafts.push(draft);
    row = [];
  };
  for (const call of scene.calls) {
    if (row.length > 0 && !follows(scene, row, call)) end();
    if (isRead(scene, call)) row.push(call);
  }
  end();
  return drafts;
};

function isRead(scene: Scene, call: Call): boolean {
  if (call.isSetup || call.masked || call.site === undefined || call.span.error !== undefined) return false;
  if (call.span.duration === undefined || scene.claimed.has(call) || transactionOf(scene, call)) return false;
  // SQLite runs in the app's own thread.
  return (
    call.span.kind === 'sql' &&
    call.verb === 'SELECT' &&
    call.dialect !== 'sqlite' &&
    !/ FOR (?:UPDATE|SHARE)/.test(call.shape)
  );
}

function follows(scene: Scene, row: Call[], call: Call): boolean {
  if (!isRead(scene, call)) return false;
  const last = row.at(-1)!;
  const [a, b] = [last.site!, call.site!];
  if (call.start < last.end - 0.01 || a.file !== b.file || a.function !== b.function) return false;
  if (last.way[0] === call.way[0] || row.some(({ shape }) => shape === call.shape)) return false;
  // The function was called again, rather than gone on.
  if (!sameAbove(last, call)) return false;
  return needsNothing(scene, row, call);
}

function sameAbove(a: Call, b: Call): boolean {
  const above = (call: Call) => call.way.slice(1, 3).join(' ');
  return above(a) === above(b);
}

// Every value was known before the first of them: it came with the request, or the first had it too.
function needsNothing(scene: Scene, row: Call[], call: Call): boolean {
  const known = new Set([
    ...valuesOf(row[0]!),
    ...Object.values(scene.trace.params ?? {}),
    ...partsOf(scene.trace.url),
  ]);
  return placeholders(call).every((value) => known.has(value));
}

function valuesOf(call: Call): string[] {
  const { params } = call.span.detail ?? {};
  return params !== null && typeof params === 'object' ? Object.values(params).map(String) : [];
}

function placeholders(call: Call): string[] {
  const bound = operands(call.span.name, call.dialect!).filter(({ text }) => /^[$?:@]/.test(text));
  const values = valuesOf(call);
  // Placeholders whose values were not told might be anything.
  return bound.length > 0 && values.length === 0 ? ['\0'] : values;
}

function partsOf(url: string): string[] {
  return url.split(/[/?&=#]/).filter((part) => part !== '');
}

function draftOf(scene: Scene, row: Call[]): Draft | undefined {
  if (row.length < 2) return undefined;
  const times = row.map(({ span }) => (span.duration ?? 0) + (span.wait ?? 0));
  const total = times.reduce((sum, time) => sum + time, 0);
  const saved = total - Math.max(...times);
  const { duration } = scene.trace;
  if (saved < scene.limits.saved || (duration !== undefined && saved < duration * 0.1)) return undefined;
  const first = row[0]!;
  const names = row.map(({ label, site: line }) => `\`${label}\` (line ${line!.line})`).join(', ');
  return {
    kind: 'could-be-parallel',
    severity: 'info',
    message: `${row.length} queries in ${first.site!.file} wait for each other although none uses what another returned: ${names}; at once they would take ${formatMs(saved)} less`,
    suggestion:
      'Start them together: `const [a, b] = await Promise.all([…, …])`, each on a connection of its own.',
    calls: row,
    site: first.site,
    shape: row.map(({ shape }) => shape).join('; '),
    ms: saved,
    ...weighConfidence(
      0.5,
      [true, 0, `from one function, ${formatSite(first.site!)} on`],
      [row.every((call) => placeholders(call).length === 0), 0.1, 'they take no values'],
      [row.length > 2, 0.05, 'several'],
    ),
  };
}
