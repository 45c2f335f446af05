/** Instrument of @clickhouse/client: statements at its connection, until the answer has been read. */

import { beginCall, endCall, runCall, type TracedCall } from '../call/call.cjs';
import { runUnseen, type UnseenSite } from '../call/call-site.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { bytesIn, dataOf, plainText } from '../record/app-values.cjs';
import { serialize } from '../record/serialize.cjs';
import { maskNamedParams } from '../record/sql-params.cjs';
import { watchStream } from '../request/streams.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';

type Connections = { NodeBaseConnection: { prototype: object } };

/** What has been read of an answer. */
interface Answer {
  bytes: number;
  /** Undefined in a format whose lines are no rows. */
  lines: number | undefined;
}

const METHODS = ['query', 'insert', 'exec', 'command'];
const MAX_FORMAT = 100;
const WORD = 'FORMAT';
/** Formats with a line for each row. */
const LINES = /EachRow$|^(?:CSV|TSV|TabSeparated)$/i;
/** `{id: UInt32}` */
const PLACEHOLDER = /\{\s*([A-Za-z_]\w*)\s*:[^{}]{1,200}\}/g;
const NEWLINE = 10;

export const clickhouse: Instrument = {
  library: '@clickhouse/client',
  versions: '>=1 <2',
  kind: 'sql',
  dialect: 'standard',
  channel: 'scooby:clickhouse',
  describe,
  depth: 6,
  files: {
    '@clickhouse/client/dist/connection/node_base_connection.js': ({
      NodeBaseConnection: { prototype },
    }: Connections) => {
      for (const method of METHODS) if (method in prototype) replaceMethod(prototype, method, wrapMethod);
    },
  },
};

function describe({ args: { 0: params } }: TracedCall): CallInfo {
  const query = plainText(dataOf(params, 'query')) ?? '[object]';
  const format = formatOf(query);
  const name =
    format === undefined || isInsert(query) ? query : beforeWord(query, format).slice(0, -WORD.length);
  const values = dataOf(params, 'query_params');
  return { name: name.trim(), detail: values === undefined ? {} : { params: maskedParams(query, values) } };
}

/** Values by name; `{name: Type}` is read as other placeholders are, for the column that it is compared with. */
function maskedParams(query: string, values: unknown): unknown {
  if (typeof values !== 'object' || values === null) return serialize(values);
  return maskNamedParams(query.replace(PLACEHOLDER, ' :$1 '), values, 'standard');
}

function isInsert(query: string): boolean {
  return /^\s*insert\b/i.test(query);
}

/** Format that a statement ends with, which the client adds to the app's. */
function formatOf(query: string): string | undefined {
  const format = query.trimEnd().slice(-MAX_FORMAT).split(/\W+/).at(-1);
  if (!format) return undefined;
  const [before = '', ...word] = beforeWord(query, format)
    .slice(-WORD.length - 1)
    .padStart(WORD.length + 1);
  return word.join('').toUpperCase() === WORD && !/\w/.test(before) ? format : undefined;
}

/** Statement without its last word, and without what is blank before it. */
function beforeWord(query: string, word: string): string {
  return query.trimEnd().slice(0, -word.length).trimEnd();
}

/**
 * The client awaits the promises of its connection, and the app gets others: handlers on these hide
 * nothing. The HTTP request that carries a statement is part of it.
 */
function wrapMethod(original: Function): Function {
  return function statement(this: unknown, ...args: unknown[]) {
    const call = beginCall(clickhouse, statement, this, [args[0]]);
    // A command is an exec, which it calls.
    if (call === undefined || call.silent) return Reflect.apply(original, this, args);
    const site: UnseenSite = { request: call.request, stack: call.stack, began: call.began, silent: true };
    const result: unknown = runUnseen(site, runCall as Function, undefined, [call, original, this, args]);
    if (!(result instanceof Promise)) return result;
    const settled = (error: unknown, answer: unknown) => {
      site.silent = false;
      if (error || attempt(watchAnswer, call, answer) !== true) end(call, error, answer);
    };
    result.then(
      (answer) => settled(undefined, answer),
      (error) => settled(error ?? 'rejected', undefined),
    );
    return result;
  };
}

/** An answer with rows ends when they have been read, or when the app reads no more. */
function watchAnswer(call: TracedCall, answer: unknown): boolean {
  const stream = dataOf(answer, 'stream');
  if (typeof stream !== 'object' || stream === null) return false;
  const format = formatOf(plainText(dataOf(call.args[0], 'query')) ?? '');
  const read: Answer = { bytes: 0, lines: format !== undefined && LINES.test(format) ? 0 : undefined };
  watchStream(stream, call.request, (type, value) => {
    if (type === 'data') count(read, value);
    if (type === 'error') end(call, value ?? 'error', answer);
    if (type === 'end') end(call, undefined, answer, read);
    // The app has read as much as it wanted.
    if (type === 'close') endCall(call, undefined, undefined, bytesFacts(read));
  });
  return true;
}

function count(read: Answer, chunk: unknown): void {
  const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : bytesIn(chunk);
  if (bytes === undefined) return;
  read.bytes += bytes.length;
  if (read.lines === undefined) return;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) read.lines++;
}

/** Rows are the lines of an answer, or those that the server says it has written. */
function end(call: TracedCall, error: unknown, answer: unknown, read?: Answer): void {
  const written = plainText(dataOf(dataOf(answer, 'summary'), 'written_rows'));
  const rows = read?.lines ?? (written === undefined ? undefined : Number(written));
  endCall(call, error, error ? undefined : rows, bytesFacts(read));
}

function bytesFacts(read: Answer | undefined): { bytes: number } | undefined {
  return read !== undefined && read.bytes > 0 ? { bytes: read.bytes } : undefined;
}
