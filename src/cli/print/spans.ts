/** The calls of a request one by one, in their order, as text. */

import { formatCount, formatMs } from '../../domain/text.js';
import type { Span } from '../../domain/trace.js';
import { cellWidth, cleanText, cutText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { dedentText, wrapText } from '../../terminal/wrap.js';
import { detailsOf } from '../../tui/panels/span-detail.js';
import { type FrameOptions, frameLines } from './frames.js';

/** Cells in front of what is told of a call. */
export const CALL_INDENT = ' '.repeat(6);
/** Cells of a value that are shown; the rest is in `--json`. */
const LONGEST_VALUE = 400;
/** Lines of a statement that are shown. */
const LONGEST_STATEMENT = 30;

/** Answers the lines of those calls; `indices` are positions in the spans. */
export function spanLines(
  spans: Span[],
  indices: number[],
  reading: FrameOptions,
  format: OutputFormat,
): string[] {
  return indices.flatMap((index) => {
    const span = spans[index]!;
    const room = { ...format, width: format.width - CALL_INDENT.length };
    const told = [
      ...statementLines(span.name, room),
      ...detailLines(span, room),
      ...errorLines(span, room),
      ...frameLines(span, reading, room),
    ];
    return ['', heading(span, index, format), ...told.map((line) => CALL_INDENT + line)];
  });
}

/** `2  +14ms  sql  8.2ms  3 rows  waited 1.1ms`. */
function heading(span: Span, index: number, { style }: OutputFormat): string {
  const { start, kind, duration, rows, wait, error } = span;
  const facts = [
    style('dim', `+${formatMs(start)}`),
    style('accent', cleanText(kind)),
    duration === undefined ? style('warn', 'not finished') : style('bold', formatMs(duration)),
    rows === undefined ? '' : formatCount(rows, 'row'),
    wait ? style('warn', `waited ${formatMs(wait)}`) : '',
    error === undefined ? '' : style('error', 'failed'),
  ];
  return `${style('dim', `${index + 1}`.padStart(4))}  ${facts.filter((fact) => fact !== '').join('  ')}`;
}

/** Answers a statement's lines, the end of a very long one left out. */
export function statementLines(name: string, { width: cells, style }: OutputFormat): string[] {
  const lines = dedentText(name).flatMap((line) => wrapText(line, cells));
  if (lines.length <= LONGEST_STATEMENT) return lines;
  const more = `… ${formatCount(lines.length - LONGEST_STATEMENT, 'more line')}: --json has all`;
  return [...lines.slice(0, LONGEST_STATEMENT), style('dim', more)];
}

/** Answers the lines of an error. */
export function errorLines({ error }: Span, { width: cells, style }: OutputFormat): string[] {
  if (error === undefined) return [];
  return dedentText(error).flatMap((line) => wrapText(line, cells).map((part) => style('error', part)));
}

/** The lines of what the kind adds: values and the like, one line each where they are short; `lead` stands before the first. */
export function detailLines(span: Span, { width: cells, style }: OutputFormat, lead = ''): string[] {
  const details = detailsOf(span);
  if (details.length === 0) return lead === '' ? [] : [style('dim', lead.trimEnd())];
  return details.flatMap(([name, text], n) =>
    wrapText(`${n === 0 ? lead : ''}${name}  ${shortened(text)}`, cells).map((line) => style('dim', line)),
  );
}

function shortened(text: string): string {
  return cellWidth(text) <= LONGEST_VALUE
    ? text
    : `${cutText(text, LONGEST_VALUE)} (${formatCount(text.length, 'character')})`;
}
