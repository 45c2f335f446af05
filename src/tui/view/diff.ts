/** Compares two requests: figures side by side, changed findings and changed calls. */

import type { Dialect } from '../../domain/library.js';
import { formatMs, formatWhole, readableUrl } from '../../domain/text.js';
import { comparedParts, partFigure, timeSpentIn } from '../../domain/time-spent.js';
import type { Trace } from '../../domain/trace.js';
import { dialectOf } from '../../insight/libraries.js';
import { compareCalls, comparedCallsOf, findingChanges } from '../../insight/metrics/compare.js';
import { colourSql } from '../../screens/sql-highlight.js';
import { cellWidth, cleanText, cutText, fitText, type Line } from '../../terminal/cells.js';

/** Cells of a figure's name: `waiting for a connection`. */
const NAME_WIDTH = 24;

function figureLine(
  name: string,
  before: number | undefined,
  after: number | undefined,
  format: (n: number) => string,
): Line {
  const change = (after ?? 0) - (before ?? 0);
  const sign = change > 0 ? '+' : '-';
  const role = change > 0 ? 'removed' : 'added';
  const difference = change === 0 ? '=' : `${sign}${format(Math.abs(change))}`;
  const show = (n: number | undefined) => fitText(n === undefined ? '-' : format(n), 10, 'right');
  return [
    ` ${fitText(name, NAME_WIDTH)}`,
    show(before),
    show(after),
    '  ',
    change === 0 ? [difference, 'dim'] : [difference, role],
  ];
}

// Compared calls have no library; an app is assumed to use one database.
function dialectIn(trace: Trace): Dialect {
  return dialectOf(trace, trace.spans.find(({ kind }) => kind === 'sql')?.library ?? '');
}

function callLines(before: Trace, after: Trace): Line[] {
  const dialect = dialectIn(before.totals.sql ? before : after);
  const changes = compareCalls(comparedCallsOf(before), comparedCallsOf(after)).filter(
    ({ verdict }) => verdict !== 'same',
  );
  const rows = changes.map((change) => ({
    ...change,
    counts: `${formatWhole(change.before?.count ?? 0)} → ${formatWhole(change.after?.count ?? 0)}`,
    times: `${formatMs(change.before?.ms ?? 0)} → ${formatMs(change.after?.ms ?? 0)}`,
  }));
  const countWidth = Math.max(...rows.map(({ counts }) => cellWidth(counts)));
  const timeWidth = Math.max(...rows.map(({ times }) => cellWidth(times)));
  return rows.map(({ kind, text, before: a, after: b, counts, times }): Line => {
    const mark: Line = !a ? [['+ ', 'added']] : !b ? [['- ', 'removed']] : ['  '];
    const label = cutText(cleanText(text), 400);
    return [
      ' ',
      ...mark,
      `${fitText(counts, countWidth)}  ${fitText(times, timeWidth)}  `,
      ...(kind === 'sql' ? colourSql(label, dialect) : [label]),
    ];
  });
}

/** Differences of two requests as lines; `before` is the marked request. */
export function diffLines(before: Trace, after: Trace): Line[] {
  const kinds = [...new Set([...Object.keys(before.totals), ...Object.keys(after.totals)])];
  const { gone, new: added, stays } = findingChanges(before.findings, after.findings);
  const calls = callLines(before, after);
  return [
    [
      ' before  ',
      [`${cleanText(before.method)} ${cleanText(readableUrl(before.url))}`, 'title'],
      [`  ${before.id.slice(0, 8)}`, 'dim'],
    ],
    [
      ' after   ',
      [`${cleanText(after.method)} ${cleanText(readableUrl(after.url))}`, 'title'],
      [`  ${after.id.slice(0, 8)}`, 'dim'],
    ],
    [],
    [
      [
        ` ${fitText('', NAME_WIDTH)}${fitText('BEFORE', 10, 'right')}${fitText('AFTER', 10, 'right')}`,
        'head',
      ],
    ],
    figureLine('time', before.duration, after.duration, formatMs),
    ...comparedParts(timeSpentIn(before).parts, timeSpentIn(after).parts).map((each) =>
      figureLine(cleanText(partFigure(each.part)), each.before, each.after, formatMs),
    ),
    ...kinds.map((kind) =>
      figureLine(cleanText(kind), before.totals[kind]?.count, after.totals[kind]?.count, formatWhole),
    ),
    [],
    ...gone.map((finding): Line => [[' gone  ', 'added'], cleanText(finding.message)]),
    ...added.map((finding): Line => [[' new   ', 'removed'], cleanText(finding.message)]),
    ...stays.map((finding): Line => [[' stays ', 'dim'], cleanText(finding.message)]),
    ...(gone.length + added.length + stays.length > 0 ? [[] as Line] : []),
    ...(calls.length > 0 ? calls : [[[' the same calls, as often and about as fast', 'dim']] as Line]),
  ];
}
