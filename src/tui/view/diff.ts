/** Two requests side by side: what came, what went, what took longer. */

import { ms } from '../../domain/text.js';
import type { Dialect, Trace } from '../../domain/trace.js';
import { dialectOf } from '../../insight/libraries.js';
import { askedBy, compareCalls, fates } from '../../insight/metrics/compare.js';
import { clean, cut, fit, type Line } from '../../terminal/cells.js';
import { colourSql } from './sql-highlight.js';

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

// What is compared is not told by library; the requests of an app ask one database.
function dialectIn(trace: Trace): Dialect {
  return dialectOf(trace, trace.spans.find(({ kind }) => kind === 'sql')?.library ?? '');
}

function changes(before: Trace, after: Trace): Line[] {
  const dialect = dialectIn(before.totals.sql ? before : after);
  const changed = compareCalls(askedBy(before), askedBy(after)).filter(({ verdict }) => verdict !== 'same');
  return changed.map(({ kind, text, before: a, after: b }): Line => {
    const mark: Line = !a ? [['+ ', 'added']] : !b ? [['- ', 'removed']] : ['  '];
    const counts = `${a?.count ?? 0} → ${b?.count ?? 0}`;
    const times = `${ms(a?.ms ?? 0)} → ${ms(b?.ms ?? 0)}`;
    const label = cut(clean(text), 400);
    return [
      ' ',
      ...mark,
      fit(counts, 12),
      fit(times, 18),
      ...(kind === 'sql' ? colourSql(label, dialect) : [label]),
    ];
  });
}

/** Answers the differences between two requests as lines; `before` is the marked one. */
export function diffLines(before: Trace, after: Trace): Line[] {
  const kinds = [...new Set([...Object.keys(before.totals), ...Object.keys(after.totals)])];
  const { gone, new: come, stays } = fates(before.findings, after.findings);
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
    ...stays.map((finding): Line => [[' stays ', 'dim'], clean(finding.message)]),
    ...(gone.length + come.length + stays.length > 0 ? [[] as Line] : []),
    ...(rows.length > 0 ? rows : [[[' the same calls, as often and about as fast', 'dim']] as Line]),
  ];
}
