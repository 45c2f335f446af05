/** Icicle of a profile on the screen: one row per depth, frames as wide as their weights. */

import type { Profile } from '../../domain/profile.js';
import { functionTotals } from '../../insight/profile/functions.js';
import { type Icicle, type IcicleFrame, icicleOf } from '../../insight/profile/icicle.js';
import {
  functionName,
  functionPlace,
  ORIGIN_GLYPHS,
  ORIGIN_ROLES,
  weightShare,
  weightText,
} from '../../screens/profile-text.js';
import { cleanText, cutText, fitsCells, fitText, type Line, type Segment } from '../../terminal/cells.js';
import { functionText } from './function-table.js';
import type { Canvas, PanelContext, PanelPage, TableRow, TextLine } from './panel.js';

/** Frames within a frame by their depth below it, from left to right. */
function rowsWithin(icicle: Icicle, root: number): number[][] {
  const rows = [[root]];
  for (let row = rows[0]!; row.length > 0; ) {
    row = row.flatMap((number) => icicle[number]!.inside);
    if (row.length > 0) rows.push(row);
  }
  return rows;
}

/** `hydrate`, `… 7 × express`, `readFileSync node:fs`. */
export function frameLabel(profile: Profile, frame: IcicleFrame): string {
  if (frame.folded) return `… ${frame.folded.frames} × ${cleanText(frame.folded.by)}`;
  const each = profile.functions[frame.function ?? -1];
  if (each === undefined) return 'all';
  if (frame.origin === 'gc') return 'GC';
  const showsPlace = frame.origin === 'package' || each.name === '';
  return showsPlace ? `${functionName(each)} ${functionPlace(each)}`.trim() : functionName(each);
}

/** Page of the icicle; entries are its frames, by their numbers. */
export function iciclePage(profile: Profile, context: PanelContext): PanelPage {
  const icicle = icicleOf(profile, { fold: !context.libraries });
  const root = icicle[context.zoomed ?? 0] ? (context.zoomed ?? 0) : 0;
  return {
    hasIcicle: true,
    headLines: () => [[[headText(profile, icicle[root]!, root), 'head']]],
    entries: icicle.map((frame): TableRow => frameEntry(profile, frame)),
    text: (row) => frameText(profile, icicle, row, context),
    canvas: canvasOf(profile, icicle, root),
  };
}

function headText(profile: Profile, frame: IcicleFrame, root: number): string {
  const all = `${weightText(profile, frame.weight)} ${weightShare(profile, frame.weight)}`;
  return root === 0
    ? ' ICICLE  ↵ zooms, arrows move, i: library frames, f: functions'
    : ` ICICLE of ${frameLabel(profile, frame)} ${all}  esc: back`;
}

function frameEntry(profile: Profile, frame: IcicleFrame): TableRow {
  const { file = '', line = 0, column = 0 } = profile.functions[frame.function ?? -1] ?? {};
  return {
    ...(file !== '' && line > 0 && { position: { file, line, column } }),
    copy: frameLabel(profile, frame),
    line: () => [frameLabel(profile, frame)],
  };
}

function frameText(profile: Profile, icicle: Icicle, row: number, context: PanelContext): TextLine[] {
  const frame = icicle[row];
  if (frame === undefined) return [];
  const own: Line = [
    ' ',
    [frameLabel(profile, frame), 'bold'],
    `  ${weightText(profile, frame.weight)} ${weightShare(profile, frame.weight)}`,
    ['  here', 'dim'],
  ];
  const total = functionTotals(profile).find(({ index }) => index === frame.function);
  if (total) return [{ line: own }, { line: [] }, ...functionText(profile, total, context)];
  const inside = frame.inside.slice(0, 10).map((number): TextLine => {
    const each = icicle[number]!;
    return {
      line: [fitText(weightText(profile, each.weight), 8, 'right'), `  ${frameLabel(profile, each)}`],
    };
  });
  return [{ line: own }, ...(inside.length > 0 ? [{ line: [[' calls', 'dim']] as Line }] : []), ...inside];
}

/** Cells of a frame in a row as wide as the root. */
function cellsOf(
  { from, weight }: IcicleFrame,
  root: IcicleFrame,
  cells: number,
): [start: number, end: number] {
  const at = (value: number) => Math.round(((value - root.from) / root.weight) * cells);
  return [at(from), at(from + weight)];
}

function canvasOf(profile: Profile, icicle: Icicle, rootNumber: number): Canvas {
  const root = icicle[rootNumber]!;
  const rows = rowsWithin(icicle, rootNumber);
  const within = (at: number) => (isInside(icicle, at, rootNumber) ? at : rootNumber);
  const rowOf = (at: number) => icicle[within(at)]!.depth - root.depth;
  return {
    height: rows.length,
    rowOf,
    line: (index, columns, at) =>
      drawRow(profile, icicle, rows[index] ?? [], { root, columns, at: within(at) }),
    frameAt: (index, x, columns) =>
      rows[index]?.find((number) => {
        const [start, end] = cellsOf(icicle[number]!, root, columns);
        return x >= start && x < end;
      }),
    move: (from, direction) => {
      const at = within(from);
      const row = rows[rowOf(at)]!;
      if (direction === 'left') return row[row.indexOf(at) - 1] ?? at;
      if (direction === 'right') return row[row.indexOf(at) + 1] ?? at;
      if (direction === 'down') return icicle[at]!.inside[0] ?? at;
      return at === rootNumber ? at : icicle[at]!.parent;
    },
  };
}

function isInside(icicle: Icicle, number: number, root: number): boolean {
  let at = number;
  while (at > root && icicle[at] !== undefined) at = icicle[at]!.parent;
  return at === root;
}

/** A row of frames: what is narrower than a cell is merged into `·`. */
function drawRow(
  profile: Profile,
  icicle: Icicle,
  row: number[],
  { root, columns, at }: { root: IcicleFrame; columns: number; at: number },
): Line {
  const line: Segment[] = [];
  let used = 0;
  for (const number of row) {
    const frame = icicle[number]!;
    const [from, end] = cellsOf(frame, root, columns);
    const start = Math.max(from, used);
    if (start > used) line.push(' '.repeat(start - used));
    used = start;
    if (end - start < 1 && number !== at) {
      if (from < used || used >= columns) continue;
      line.push(['·', 'dim']);
      used++;
      continue;
    }
    if (used >= columns) break;
    const size = Math.max(1, end - start);
    line.push(drawFrame(profile, frame, size, number === at));
    used += size;
  }
  return line;
}

function drawFrame(profile: Profile, frame: IcicleFrame, cells: number, isSelected: boolean): Segment {
  const role = isSelected ? 'selected' : ORIGIN_ROLES[frame.origin];
  if (cells < 4) return [`▏${ORIGIN_GLYPHS[frame.origin].repeat(cells - 1)}`, role];
  const label = frameLabel(profile, frame);
  const full = `${label} ${weightText(profile, frame.weight)}`;
  const text = `▏${fitsCells(full, cells - 1) ? full : cutText(label, cells - 1)}`;
  const gap = fitText(text, cells).length - text.length;
  const fill = gap < 2 ? ' '.repeat(Math.max(0, gap)) : ` ${ORIGIN_GLYPHS[frame.origin].repeat(gap - 1)}`;
  return [text + fill, role];
}
