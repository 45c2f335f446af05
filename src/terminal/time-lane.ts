/** Where a request's time went, drawn: a lane in order of time, a bar by parts, and their legend. */

import { formatMs } from '../domain/text.js';
import { partFactsOf, shareOfTime, type TimeSpent } from '../domain/time-spent.js';
import { cleanText, type Line, lineWidth, type Segment } from './cells.js';

function drawnPart(part: string, cells: number): Segment {
  const { glyph, role } = partFactsOf(part);
  return [glyph.repeat(cells), role];
}

/** Part that most of each cell's time belongs to, undefined beyond the request's end. */
function partsOfCells({ segments, total }: TimeSpent, extent: number, cells: number): (string | undefined)[] {
  const size = extent / cells;
  const taken = Array.from({ length: cells }, () => new Map<string, number>());
  for (const { part, start, end } of segments) {
    const last = Math.min(cells - 1, Math.floor(end / size));
    for (let cell = Math.floor(start / size); cell <= last; cell++) {
      const ms = Math.min(end, (cell + 1) * size) - Math.max(start, cell * size);
      const parts = taken[cell]!;
      parts.set(part, (parts.get(part) ?? 0) + ms);
    }
  }
  return taken.map((parts, cell) => {
    const within = Math.min(total, (cell + 1) * size) - cell * size;
    if (within <= 0) return undefined;
    const known = [...parts.values()].reduce((sum, ms) => sum + ms, 0);
    const all: [string, number][] = [...parts, ['unaccounted', within - known]];
    return all.reduce((most, each) => (each[1] > most[1] ? each : most))[0];
  });
}

/** The request's time from 0 to `extent` ms, `cells` wide. */
export function timeLane(time: TimeSpent, extent: number, cells: number): Segment[] {
  const segments: Segment[] = [];
  const parts = partsOfCells(time, extent, cells);
  for (let from = 0; from < cells; ) {
    let to = from + 1;
    while (to < cells && parts[to] === parts[from]) to++;
    const part = parts[from];
    segments.push(part === undefined ? ' '.repeat(to - from) : drawnPart(part, to - from));
    from = to;
  }
  return segments;
}

/** The parts side by side, `cells` wide together; none that has time is invisible. */
function partsBar({ parts, total }: TimeSpent, cells: number): Segment[] {
  let ms = 0;
  let used = 0;
  return parts.map((each, at) => {
    ms += each.ms;
    const most = cells - used - (parts.length - 1 - at);
    const size = Math.max(
      Math.min(1, most),
      Math.min(most, Math.round(shareOfTime(ms, total) * cells) - used),
    );
    used += size;
    return drawnPart(each.part, size);
  });
}

/** `sql 48ms 31%`: a part with its share. */
export function partText({ part, ms }: TimeSpent['parts'][number], total: number): string {
  const percent = Math.round(shareOfTime(ms, total) * 100);
  return `${cleanText(partFactsOf(part).short)} ${formatMs(ms)} ${percent === 0 ? '<1' : percent}%`;
}

/** Legend of the bar: an entry per part, in as many rows of `columns` cells as they need. */
function partsLegend({ parts, total }: TimeSpent, columns: number): Line[] {
  const rows: Segment[][] = [];
  let used = columns;
  for (const each of parts) {
    const { glyph, role } = partFactsOf(each.part);
    const entry: Line = [' ', [glyph, role], ` ${partText(each, total)}`];
    const size = lineWidth(entry);
    const isNewRow = used + 2 + size > columns;
    if (isNewRow) rows.push([...entry]);
    else rows.at(-1)!.push('  ', ...entry);
    used = isNewRow ? size : used + 2 + size;
  }
  return rows;
}

/** The bar and its legend; nothing where no time passed. */
export function timeBarLines(time: TimeSpent, columns: number): Line[] {
  if (time.total === 0) return [];
  return [[' ', ...partsBar(time, Math.max(10, columns - 2))], ...partsLegend(time, columns)];
}
