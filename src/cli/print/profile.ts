/** A profile as text: the functions that took most, the app's own first to be seen. */

import type { Profile, ProfileFunction } from '../../domain/profile.js';
import { formatBytes, formatCount, formatMs } from '../../domain/text.js';
import { cleanText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { type Cell, type Column, tableLines } from '../../terminal/table.js';

const COLUMNS: Column[] = [
  { head: 'self', align: 'right' },
  { head: 'total', align: 'right' },
  { head: 'function', minWidth: 16 },
  { head: 'hottest line' },
];
const MAX_ROWS = 10;

interface Row {
  fn: ProfileFunction;
  self: number;
  total: number;
  line: number;
}

/** Lines of the table, and what is to be said of the profile. */
export function profileLines(profile: Profile, format: OutputFormat): string[] {
  const { style } = format;
  const text = profile.kind === 'cpu' ? formatMs : formatBytes;
  const rows = rowsOf(profile);
  const whole = profile.samples.reduce((sum, [, weight]) => sum + weight, 0);
  const head = `${text(whole)} ${profile.kind === 'cpu' ? 'of CPU' : 'allocated'} in ${formatCount(profile.samples.length, 'sample')}${profile.runs > 1 ? ` of ${profile.runs} runs` : ''}`;
  if (rows.length === 0) return [head, ...remarksOf(profile).map((remark) => style('dim', remark))];
  const cells = rows
    .slice(0, MAX_ROWS)
    .map(({ fn, self, total, line }): Cell[] => [
      [text(self)],
      [text(total), 'dim'],
      [cleanText(fn.name || '(anonymous)'), fn.origin === 'own' ? 'bold' : 'dim'],
      [fn.file === '' ? '' : cleanText(`${fn.file}:${line}`), fn.origin === 'own' ? 'accent' : 'dim'],
    ]);
  return [
    head,
    ...tableLines(COLUMNS, cells, format),
    ...(rows.length > MAX_ROWS ? [style('dim', `… ${rows.length - MAX_ROWS} more functions`)] : []),
    ...remarksOf(profile).map((remark) => style('dim', remark)),
  ];
}

/** Functions by their own weight, the largest first. */
function rowsOf({ functions, nodes, samples }: Profile): Row[] {
  const own = new Float64Array(nodes.length);
  for (const [node, weight] of samples) own[node]! += weight;
  const totals = own.slice();
  for (let n = nodes.length - 1; n >= 0; n--) {
    const { parent } = nodes[n]!;
    if (parent >= 0) totals[parent]! += totals[n]!;
  }
  const rows = functions.map((fn): Row => ({ fn, self: 0, total: 0, line: fn.line }));
  const lines = functions.map(() => new Map<number, number>());
  for (const [n, { function: at, parent, lines: hot = [] }] of nodes.entries()) {
    rows[at]!.self += own[n]!;
    // Of a function that calls itself the outermost call counts.
    if (!isWithin(nodes, parent, at)) rows[at]!.total += totals[n]!;
    for (const [line, weight] of hot) lines[at]!.set(line, (lines[at]!.get(line) ?? 0) + weight);
  }
  for (const [at, byLine] of lines.entries()) {
    const [hottest] = [...byLine].sort((a, b) => b[1] - a[1]);
    if (hottest !== undefined) rows[at]!.line = hottest[0];
  }
  return rows.filter(({ self }) => self > 0).sort((a, b) => b.self - a.self);
}

function isWithin(nodes: Profile['nodes'], node: number, fn: number): boolean {
  for (let at = node; at >= 0; at = nodes[at]!.parent) if (nodes[at]!.function === fn) return true;
  return false;
}

function remarksOf({ others = 0, offCpu = 0, outside = 0, notes = [] }: Profile): string[] {
  return [
    ...(others > 0 ? [`${formatCount(others, 'other request')} ran meanwhile: not counted`] : []),
    ...(outside >= 1 ? [`${formatMs(outside)} of CPU were no request's`] : []),
    ...(offCpu >= 1 ? [`for ${formatMs(offCpu)} it could run, but was on no CPU: the machine was busy`] : []),
    ...notes.map(cleanText),
  ];
}
