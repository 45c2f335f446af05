/** Calls of a request grouped by statement and call site, as text. */

import { formatCount, formatMs } from '../../domain/text.js';
import type { Span } from '../../domain/trace.js';
import type { Group } from '../../insight/calls/groups.js';
import { cleanText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { type FrameOptions, frameLines } from './frames.js';
import { CALL_INDENT, detailLines, errorLines, statementLines } from './spans.js';

/**
 * Lines of the groups, costliest first; statement, details and frames are those of a group's
 * slowest call.
 */
export function groupLines(
  spans: Span[],
  groups: Group[],
  options: FrameOptions,
  format: OutputFormat,
): string[] {
  const sorted = [...groups].sort((a, b) => b.total + b.wait - a.total - a.wait);
  return sorted.flatMap((group) => ['', ...oneGroup(spans, group, options, format)]);
}

function oneGroup(spans: Span[], group: Group, options: FrameOptions, format: OutputFormat): string[] {
  const slowest = spans[group.slowest]!;
  const room = { ...format, width: format.width - CALL_INDENT.length };
  const failed = group.spans.map((index) => spans[index]!).find(({ error }) => error !== undefined);
  const isMany = group.spans.length > 1;
  const lead = isMany ? `#${group.slowest + 1}, the slowest:  ` : '';
  const body = [
    ...statementLines(slowest.name, room),
    ...detailLines(slowest, room, lead),
    ...(failed ? errorLines(failed, room) : []),
    ...frameLines(slowest, options, room),
  ];
  return [heading(group, slowest, format), ...body.map((line) => CALL_INDENT + line)];
}

/** `50×  sql  431ms  8.6ms each, slowest 14ms  50 rows  #2 to #51`. */
function heading(group: Group, slowest: Span, { style }: OutputFormat): string {
  const { spans, kind, total, average, wait, rows, errors, running } = group;
  const isMany = spans.length > 1;
  const each = `${formatMs(average)} each, slowest ${formatMs(slowest.duration ?? 0)}`;
  const facts = [
    style('accent', cleanText(kind)),
    running === spans.length ? '' : style('bold', formatMs(total)),
    isMany && running < spans.length ? each : '',
    rows === undefined ? '' : formatCount(rows, 'row'),
    wait > 0 ? style('warn', `waited ${formatMs(wait)}`) : '',
    errors > 0 ? style('error', isMany ? `${errors} failed` : 'failed') : '',
    running > 0 ? style('warn', isMany ? `${running} not finished` : 'not finished') : '',
    style('dim', isMany ? spanNumbers(spans) : `#${spans[0]! + 1} at +${formatMs(slowest.start)}`),
  ];
  const times = style(isMany ? 'warn' : undefined, `${spans.length}×`.padStart(5));
  return `${times} ${facts.filter((fact) => fact !== '').join('  ')}`;
}

/** `#2 to #51`; `#2 … #90` when calls of other groups are in between. */
function spanNumbers(spans: number[]): string {
  const [first, last] = [spans[0]! + 1, spans.at(-1)! + 1];
  return last - first + 1 === spans.length ? `#${first} to #${last}` : `#${first} … #${last}`;
}
