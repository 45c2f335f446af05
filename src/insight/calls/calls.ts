/** Calls: the spans of a trace with what the rules compare, their shape, identity and call site. */

import type { Dialect } from '../../domain/library.js';
import { REDACTED } from '../../domain/secret-shapes.cjs';
import type { Frame, RecordedSpan, Shape, StatementFacts } from '../../domain/trace.js';
import { dialectOf, type WithLibraries } from '../libraries.js';
import { type CallPath, callPathOf } from './stacks.js';

/** A span, analyzed for the rules. */
export interface Call {
  /** Index in the trace's spans. */
  index: number;
  /** Index in the calls, which are sorted by start. */
  order: number;
  span: RecordedSpan;
  /** ms from the request's start to the call's start. */
  start: number;
  /** ms from the request's start to the call's end, with its wait for a connection. */
  end: number;
  /** Text of the call without its values: calls of a loop have the same. */
  shape: string;
  /** Shape with label, verb and statement facts, as it is written into the span. */
  spanShape: Shape;
  /** Short form of the shape for messages: `SELECT … users`. */
  label: string;
  /** Text of the call with its values: equal for a repeated call. */
  exactKey: string;
  /** Values were redacted or cut: calls with the same exactKey may differ. */
  isMasked: boolean;
  path: CallPath;
  /** Call site: the app's innermost frame that is not a wrapper. */
  site: Frame | undefined;
  /** Frames of the app that called `site`, innermost first. */
  callers: Frame[];
  /** `file:line:column` of `site`, then of `callers`: compared in place of the frames. */
  positions: string[];
  sql?: StatementFacts;
  dialect?: Dialect;
  /** SQL verb in capitals, cache command in lower case, or HTTP method in capitals. */
  verb: string;
  /** Call of a driver's set-up, of introspection or of a migration: the rules skip it. */
  isSetup: boolean;
}

/** Calls of a trace, sorted by start; their site is the app's innermost frame, wrapper or not. */
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

function callOf(span: RecordedSpan, index: number, spanShape: Shape, libraries: WithLibraries): Call {
  const path = callPathOf(span.stack);
  const args = argumentsOf(span);
  const { text, label = span.name, verb = '', isSetup = false, statement } = spanShape;
  const call: Call = {
    index,
    order: index,
    span,
    start: span.start,
    end: span.start + (span.wait ?? 0) + (span.duration ?? 0),
    shape: text,
    spanShape,
    label,
    exactKey: exactKeyOf(span, args),
    isMasked: args.includes(REDACTED) || span.name.includes(REDACTED) || args.includes('…'),
    path,
    site: path.frames[0],
    callers: [],
    positions: path.positions,
    verb,
    isSetup: path.isSetup || isSetup,
  };
  if (statement) {
    call.sql = statement;
    call.dialect = dialectOf(libraries, span.library);
  }
  return call;
}

// Leading and trailing comments carry trace ids (sqlcommenter), which differ in each call.
const OUTER_COMMENTS = /^\s*\/\*[^*]*\*\/|\/\*[^*]*\*\/[\s;]*$/g;

function exactKeyOf({ kind, name }: RecordedSpan, args: string): string {
  const text = kind === 'sql' && name.includes('/*') ? name.replace(OUTER_COMMENTS, '').trim() : name;
  return args === '' ? text : `${text} ${args}`;
}

// Fields of a span's detail that describe the response or the connection, not the arguments.
const NO_ARGUMENTS = new Set([
  'connection',
  'source',
  'pool',
  'queue',
  'paused',
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
  'via',
  'shape',
]);

function argumentsOf({ kind, detail }: RecordedSpan): string {
  if (!detail) return '';
  if (kind === 'sql') return detail.params === undefined ? '' : JSON.stringify(detail.params);
  const args = Object.entries(detail).filter(([key]) => !NO_ARGUMENTS.has(key));
  return args.length === 0 ? '' : JSON.stringify(args);
}

/** Command and keys of a cache call, from the span's detail or its name: `get user:42`. */
export function cacheCommandOf(span: RecordedSpan): { command: string; keys: string[] } {
  const { command, keys } = span.detail ?? {};
  const [first = '', ...rest] = span.name.split(' ', 50);
  return {
    command: typeof command === 'string' ? command : first,
    keys: Array.isArray(keys) ? keys.map(String) : rest,
  };
}

/** Whether a call computes on the event loop, piece by piece, as asynchronous as it looks: bcryptjs. */
export function isInPieces({ detail }: Pick<RecordedSpan, 'detail'>): boolean {
  return detail?.inPieces === true;
}
