/** Two requests side by side: what came, what went, what took longer. */

import { groupsOf } from '../insight/groups.js';
import { ms } from '../text.js';
import type { Trace } from '../trace.js';
import { clean, cut, fit, type Line } from './cells.js';
import { colourSql } from './sql.js';

interface Sum {
  count: number;
  ms: number;
  kind: string;
}

function sums(trace: Trace): Map<string, Sum> {
  const out = new Map<string, Sum>();
  // Lines move between two versions of an app: what is asked does not.
  for (const { kind, shape, spans, total } of groupsOf(trace.spans)) {
    const sum = out.get(`${kind} ${shape}`) ?? { count: 0, ms: 0, kind };
    out.set(`${kind} ${shape}`, { ...sum, count: sum.count + spans.length, ms: sum.ms + total });
  }
  return out;
}

function figure(
  name: string,
  before: number | undefined,
  after: number | undefined,
  text: (n: number) => string,
): Line {
  const change = (after ?? 0) - (before ?? 0);
  const sign = change > 0 ? '+' : '-';
  const role = change > 0 ? 'removed' : 'added';
  const told = change === 0 ? '=' : `${sign}${text(Math.abs(change))}`;
  const show = (n: number | undefined) => fit(n === undefined ? '-' : text(n), 10, 'right');
  return [` ${fit(name, 12)}`, show(before), show(after), '  ', change === 0 ? [told, 'dim'] : [told, role]];
}

function changes(before: Trace, after: Trace): Line[] {
  const [old, now] = [sums(before), sums(after)];
  const keys = [...new Set([...old.keys(), ...now.keys()])];
  const rows = keys.flatMap((key): { line: Line; weight: number }[] => {
    const [a, b] = [old.get(key), now.get(key)];
    if (a && b && a.count === b.count && Math.abs(a.ms - b.ms) < 1) return [];
    const mark: Line = !a ? [['+ ', 'added']] : !b ? [['- ', 'removed']] : ['  '];
    const counts = `${a?.count ?? 0} → ${b?.count ?? 0}`;
    const times = `${ms(a?.ms ?? 0)} → ${ms(b?.ms ?? 0)}`;
    const label = cut(clean(key.slice((a ?? b)!.kind.length + 1)), 400);
    const line: Line = [
      ' ',
      ...mark,
      fit(counts, 12),
      fit(times, 18),
      ...((a ?? b)!.kind === 'sql' ? colourSql(label) : [label]),
    ];
    return [{ line, weight: Math.abs((b?.ms ?? 0) - (a?.ms ?? 0)) }];
  });
  return rows.sort((a, b) => b.weight - a.weight).map((row) => row.line);
}

/** Answers the differences between two requests as lines; `before` is the marked one. */
export function diffLines(before: Trace, after: Trace): Line[] {
  const kinds = [...new Set([...Object.keys(before.totals), ...Object.keys(after.totals)])];
  const found = (trace: Trace) => new Set(trace.findings.map((finding) => finding.id));
  const gone = before.findings.filter((finding) => !found(after).has(finding.id));
  const come = after.findings.filter((finding) => !found(before).has(finding.id));
  const rows = changes(before, after);
  return [
    [
      ' before  ',
      [`${clean(before.method)} ${clean(before.url)}`, 'title'],
      [`  ${before.id.slice(0, 8)}`, 'dim'],
    ],
    [
      ' after   ',
      [`${clean(after.method)} ${clean(after.url)}`, 'title'],
      [`  ${after.id.slice(0, 8)}`, 'dim'],
    ],
    [],
    [[` ${fit('', 12)}${fit('BEFORE', 10, 'right')}${fit('AFTER', 10, 'right')}`, 'head']],
    figure('time', before.duration, after.duration, ms),
    ...kinds.flatMap((kind) => [
      figure(kind, before.totals[kind]?.count, after.totals[kind]?.count, (n) => String(n)),
      figure(`${kind} time`, before.totals[kind]?.ms, after.totals[kind]?.ms, ms),
    ]),
    [],
    ...gone.map((finding): Line => [[' gone  ', 'added'], clean(finding.message)]),
    ...come.map((finding): Line => [[' new   ', 'removed'], clean(finding.message)]),
    ...(gone.length + come.length > 0 ? [[] as Line] : []),
    ...(rows.length > 0 ? rows : [[[' the same calls, as often and as fast', 'dim']] as Line]),
  ];
}
