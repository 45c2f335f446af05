/** Figures of two requests beside each other: their time, its parts, and their calls by kind. */

import { kindOf } from '../../../domain/span-kinds.js';
import { comparedParts, partFigure, timeSpentIn } from '../../../domain/time-spent.js';
import type { Trace } from '../../../domain/trace.js';

export interface DiffFigure {
  name: string;
  unit: 'ms' | 'count';
  before: number | undefined;
  after: number | undefined;
  change: number;
}

/** The figures, time first. */
export function diffFigures(before: Trace, after: Trace): DiffFigure[] {
  const kinds = [...new Set([...Object.keys(before.totals), ...Object.keys(after.totals)])];
  const parts = comparedParts(timeSpentIn(before).parts, timeSpentIn(after).parts);
  return [
    figure('time', 'ms', before.duration, after.duration),
    ...parts.map((each) => figure(partFigure(each.part), 'ms', each.before, each.after)),
    ...kinds.map((kind) =>
      figure(kindOf(kind).nouns, 'count', before.totals[kind]?.count, after.totals[kind]?.count),
    ),
  ];
}

function figure(
  name: string,
  unit: DiffFigure['unit'],
  before: number | undefined,
  after: number | undefined,
): DiffFigure {
  return { name, unit, before, after, change: (after ?? 0) - (before ?? 0) };
}
