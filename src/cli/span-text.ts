/** What a request did, one call after the other, as text. */

import { count, ms, oneLine } from '../text.js';
import type { Span } from '../trace.js';
import { clean, cut, width } from '../tui/cells.js';
import { frameLines, type Reading } from './frame-text.js';
import { dedented, wrapped } from './prose.js';
import type { Screen } from './screen.js';

/** How much to show, and where the code is found. */
export interface Showing extends Reading {
  /** Every call by itself. */
  ungrouped?: boolean;
}

/** Calls in a row that are the same but for their values; `first` is their place among all calls, from 0. */
export interface Run {
  first: number;
  spans: Span[];
}

const INDENT = ' '.repeat(6);
/** Cells of values that are shown of one call; the rest is in `--json`. */
const LONGEST_VALUE = 400;
const SHOWN_PARAMS = 3;

/** Answers the calls in order, those in a row with one statement and one line put together. */
export function runsOf(spans: Span[]): Run[] {
  const runs: Run[] = [];
  for (const [index, span] of spans.entries()) {
    const run = runs.at(-1);
    if (run && sameCall(run.spans[0]!, span)) run.spans.push(span);
    else runs.push({ first: index, spans: [span] });
  }
  return runs;
}

function sameCall(a: Span, b: Span): boolean {
  return (
    a.kind === b.kind &&
    a.library === b.library &&
    a.name === b.name &&
    a.site === b.site &&
    a.error === b.error
  );
}

/** Answers the lines of all calls. */
export function spanLines(spans: Span[], showing: Showing, screen: Screen): string[] {
  const runs = showing.ungrouped ? spans.map((span, first) => ({ first, spans: [span] })) : runsOf(spans);
  return runs.flatMap((run) => ['', ...runLines(run, showing, screen)]);
}

function runLines(run: Run, showing: Showing, screen: Screen): string[] {
  const { style } = screen;
  const span = run.spans[0]!;
  const indented = (text: string) => INDENT + text;
  const statement = dedented(span.name).flatMap((line) => wrapped(line, screen.width - INDENT.length));
  return [
    heading(run, screen),
    ...statement.map(indented),
    ...details(run.spans, screen).map(indented),
    ...(span.error === undefined ? [] : dedented(span.error).map((line) => indented(style('error', line)))),
    ...frameLines(span.stack, showing, { ...screen, width: screen.width - INDENT.length }).map(indented),
  ];
}

/** `2  +14ms  sql ×50  431ms  50 rows  waited 3.0ms`. */
function heading({ first, spans }: Run, { style }: Screen): string {
  const span = spans[0]!;
  const sum = (of: (span: Span) => number | undefined) =>
    spans.reduce((total, one) => total + (of(one) ?? 0), 0);
  const times = spans.length > 1 ? ` ×${spans.length}` : '';
  const wait = sum((one) => one.wait);
  const rows = sum((one) => one.rows);
  const facts = [
    style('dim', `+${ms(span.start)}`),
    style('accent', clean(span.kind)) + style('warn', times),
    duration(spans, style),
    span.rows === undefined ? '' : count(rows, 'row'),
    wait > 0 ? style('warn', `waited ${ms(wait)}`) : '',
    span.error === undefined ? '' : style('error', 'failed'),
  ];
  return `${style('dim', `${first + 1}`.padStart(4))}  ${facts.filter((fact) => fact !== '').join('  ')}`;
}

function duration(spans: Span[], style: Screen['style']): string {
  const known = spans.flatMap((span) => span.duration ?? []);
  if (known.length === 0) return style('warn', 'not finished');
  const total = known.reduce((sum, one) => sum + one, 0);
  if (spans.length === 1) return style('bold', ms(total));
  const missing = spans.length - known.length;
  const each = style('dim', `(${ms(total / known.length)} each, slowest ${ms(Math.max(...known))})`);
  return `${style('bold', ms(total))} ${each}${missing > 0 ? style('warn', `  ${missing} not finished`) : ''}`;
}

function details(spans: Span[], screen: Screen): string[] {
  const names = [...new Set(spans.flatMap(({ detail }) => Object.keys(detail ?? {})))];
  return names.flatMap((name) => {
    const values = spans.map(({ detail }) => detail?.[name]).filter((value) => !isEmpty(value));
    if (values.length === 0) return [];
    const texts = [...new Set(values.map(valueText))];
    const shown = texts.slice(0, texts.length === SHOWN_PARAMS + 1 ? texts.length : SHOWN_PARAMS);
    const more = texts.length > shown.length ? `  … ${texts.length - shown.length} more` : '';
    return wrapped(`${clean(name)}  ${shown.join('  ')}${more}`, screen.width - INDENT.length).map((line) =>
      screen.style('dim', line),
    );
  });
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

function valueText(value: unknown): string {
  const text = Array.isArray(value)
    ? `[${value.map(asJson).join(', ')}]`
    : typeof value === 'string'
      ? oneLine(value)
      : asJson(value);
  return width(text) <= LONGEST_VALUE
    ? text
    : `${cut(text, LONGEST_VALUE)} (${count(text.length, 'character')})`;
}

function asJson(value: unknown): string {
  return oneLine(JSON.stringify(value) ?? 'undefined');
}
