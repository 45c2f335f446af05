/** The spans of a trace as the rules see them: what was asked, how it is told from others, and from where. */

import type { Dialect } from '../../domain/library.js';
import { REDACTED } from '../../domain/redact.cjs';
import type { Frame, RecordedSpan, Shape, StatementFacts } from '../../domain/trace.js';
import { dialectOf, type WithLibraries } from '../libraries.js';
import { type CallPath, callPathOf } from './stacks.js';

/** One span, understood. */
export interface Call {
  /** Place among the trace's spans, and among the calls by their start. */
  index: number;
  order: number;
  span: RecordedSpan;
  /** ms from the request's start to the call, and to its end. */
  start: number;
  end: number;
  /** What was asked, without values; calls of a loop share it. */
  shape: string;
  /** The same with all that is known of it. */
  asked: Shape;
  /** The same for people, short: `SELECT … users`. */
  label: string;
  /** What was asked, with values; the same call again has the same. */
  exact: string;
  /** Values were masked, so that equal calls may be different ones. */
  masked: boolean;
  path: CallPath;
  /** The line to blame, which the span's `site` names; and the frames that called it. */
  site: Frame | undefined;
  callers: Frame[];
  /** The positions of both, to compare. */
  way: string[];
  sql?: StatementFacts;
  dialect?: Dialect;
  /** The command of a cache, or an HTTP method in capitals. */
  verb: string;
  /** Nobody's business: drivers' set-up, introspection, migrations. */
  isSetup: boolean;
}

/** Returns spans by their start; each at the first line of the app in its stack. */
export function callsOf(
  trace: WithLibraries & { spans: RecordedSpan[] },
  shapeOf: (span: RecordedSpan) => Shape,
): Call[] {
  const calls = trace.spans
    .map((span, index) => callOf(span, index, shapeOf(span), trace))
    .sort((a, b) => a.start - b.start || a.index - b.index);
  for (const [order, call] of calls.entries()) call.order = order;
  return calls;
}

function callOf(span: RecordedSpan, index: number, asked: Shape, libraries: WithLibraries): Call {
  const path = callPathOf(span.stack);
  const told = argumentsOf(span);
  const { text, label = span.name, verb = '', isSetup = false, statement } = asked;
  const call: Call = {
    index,
    order: index,
    span,
    start: span.start,
    end: span.start + (span.wait ?? 0) + (span.duration ?? 0),
    shape: text,
    asked,
    label,
    exact: exactOf(span, told),
    masked: told.includes(REDACTED) || span.name.includes(REDACTED) || told.includes('…'),
    path,
    site: path.frames[0],
    callers: [],
    way: path.positions,
    verb,
    isSetup: path.isSetup || isSetup,
  };
  if (statement) {
    call.sql = statement;
    call.dialect = dialectOf(libraries, span.library);
  }
  return call;
}

// Comments at either end carry ids of traces, other ones each time.
const COMMENTS = /^\s*\/\*[^*]*\*\/|\/\*[^*]*\*\/[\s;]*$/g;

function exactOf({ kind, name }: RecordedSpan, told: string): string {
  const asked = kind === 'sql' && name.includes('/*') ? name.replace(COMMENTS, '').trim() : name;
  return told === '' ? asked : `${asked} ${told}`;
}

// What an instrument adds about the answer, or about the way, and not about the question.
const ASIDE = new Set([
  'connection',
  'prepared',
  'bytes',
  'hit',
  'hits',
  'misses',
  'status',
  'ttfb',
  'trace',
  'aborted',
  'socket',
  'command',
]);

function argumentsOf({ kind, detail }: RecordedSpan): string {
  if (!detail) return '';
  if (kind === 'sql') return detail.params === undefined ? '' : JSON.stringify(detail.params);
  const told = Object.entries(detail).filter(([key]) => !ASIDE.has(key));
  return told.length === 0 ? '' : JSON.stringify(told);
}

/** Answers a cache command and its keys, from the span's detail or from its name: `get user:42`. */
export function commandOf(span: RecordedSpan): { command: string; keys: string[] } {
  const { command, keys } = span.detail ?? {};
  const [first = '', ...rest] = span.name.split(' ', 50);
  return {
    command: typeof command === 'string' ? command : first,
    keys: Array.isArray(keys) ? keys.map(String) : rest,
  };
}
