/** The calls of a request put together by what they ask and from which line, as text. */

import { formatCount, formatMs } from '../../domain/text.js';
import type { Span } from '../../domain/trace.js';
import type { Group } from '../../insight/calls/groups.js';
import { cleanText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { type FrameOptions, frameLines } from './frames.js';
import { CALL_INDENT, detailLines, errorLines, statementLines } from './spans.js';

/** Answers the lines of the groups, the costliest first; what is told of a group's statement is its slowest call's. */
export function groupLines(
  spans: Span[],
  groups: Group[],
  reading: FrameOptions,
  format: OutputFormat,
): string[] {
  const sorted = [...groups].sort((a, b) => b.total + b.wait - a.total - a.wait);
  return sorted.flatMap((group) => ['', ...lines(spans, group, reading, format)]);
}

function lines(spans: Span[], group: Group, reading: FrameOptions, format: OutputFormat): string[] {
  const slowest = spans[group.slowest]!;
  const room = { ...format, width: format.width - CALL_INDENT.length };
  const failed = group.spans.map((index) => spans[index]!).find(({ error }) => error !== undefined);
  const isMany = group.spans.length > 1;
  const lead = isMany ? `#${group.slowest + 1}, the slowest:  ` : '';
  const told = [
    ...statementLines(slowest.name, room),
    ...detailLines(slowest, room, lead),
    ...(failed ? errorLines(failed, room) : []),
    ...frameLines(slowest, reading, room),
  ];
  return [heading(group, slowest, format), ...told.map((line) => CALL_INDENT + line)];
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
    style('dim', isMany ? whichOf(spans) : `#${spans[0]! + 1} at +${formatMs(slowest.start)}`),
  ];
  const times = style(isMany ? 'warn' : undefined, `${spans.length}×`.padStart(5));
  return `${times} ${facts.filter((fact) => fact !== '').join('  ')}`;
}

/** `#2 to #51`, or `#2 … #90` where others are in between. */
function whichOf(spans: number[]): string {
  const [first, last] = [spans[0]! + 1, spans.at(-1)! + 1];
  return last - first + 1 === spans.length ? `#${first} to #${last}` : `#${first} … #${last}`;
}
