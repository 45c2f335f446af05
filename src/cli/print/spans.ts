/** Calls of a request one by one, as text. */

import { formatCount, formatMs } from '../../domain/text.js';
import type { Span } from '../../domain/trace.js';
import { detailsOf } from '../../screens/call-details.js';
import { cellWidth, cleanText, cutText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { dedentText, wrapText } from '../../terminal/wrap.js';
import { type FrameOptions, frameLines } from './frames.js';

/** Indentation of the lines below a call's heading. */
export const CALL_INDENT = ' '.repeat(6);
/** Cells of a value that are shown; `--json` has all. */
const MAX_VALUE_CELLS = 400;
/** Lines of a statement that are shown; `--json` has all. */
const MAX_STATEMENT_LINES = 30;

/** Lines of the calls at `indices`, which are positions in `spans`. */
export function spanLines(
  spans: Span[],
  indices: number[],
  options: FrameOptions,
  format: OutputFormat,
): string[] {
  return indices.flatMap((index) => {
    const span = spans[index]!;
    const room = { ...format, width: format.width - CALL_INDENT.length };
    const body = [
      ...statementLines(span.name, room),
      ...detailLines(span, room),
      ...errorLines(span, room),
      ...frameLines(span, options, room),
    ];
    return ['', heading(span, index, format), ...body.map((line) => CALL_INDENT + line)];
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

/** Lines of a statement, cut after MAX_STATEMENT_LINES. */
export function statementLines(name: string, { width, style }: OutputFormat): string[] {
  const lines = dedentText(name).flatMap((line) => wrapText(line, width));
  if (lines.length <= MAX_STATEMENT_LINES) return lines;
  const more = `… ${formatCount(lines.length - MAX_STATEMENT_LINES, 'more line')}: --json has all`;
  return [...lines.slice(0, MAX_STATEMENT_LINES), style('dim', more)];
}

/** Lines of a call's error; empty without one. */
export function errorLines({ error }: Span, { width, style }: OutputFormat): string[] {
  if (error === undefined) return [];
  return dedentText(error).flatMap((line) => wrapText(line, width).map((part) => style('error', part)));
}

/**
 * Lines of the details that depend on the kind, such as parameters; `lead` is put before the first.
 */
export function detailLines(span: Span, { width, style }: OutputFormat, lead = ''): string[] {
  const details = detailsOf(span);
  if (details.length === 0) return lead === '' ? [] : [style('dim', lead.trimEnd())];
  return details.flatMap(([name, text], n) =>
    wrapText(`${n === 0 ? lead : ''}${name}  ${shortenValue(text)}`, width).map((line) => style('dim', line)),
  );
}

function shortenValue(text: string): string {
  return cellWidth(text) <= MAX_VALUE_CELLS
    ? text
    : `${cutText(text, MAX_VALUE_CELLS)} (${formatCount(text.length, 'character')})`;
}
