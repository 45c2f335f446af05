/** Instrument of @duckdb/node-api: statements of connections and prepared ones, until their rows have been read. */

import { beginCall, discardCall, endCall, runCall, type TracedCall } from '../call/call.cjs';
import { endWhenSettled } from '../call/settle.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { errorField, isList, objectOf, plainText } from '../record/app-values.cjs';
import { maskGivenParams } from '../record/sql-params.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';
import { runCarried } from './shared/carried-call.cjs';
import * as connections from './shared/connections.cjs';

type Exports = Record<string, { prototype: object }>;
/** What the driver's own classes tell, by getters and methods of theirs. */
interface Result {
  rowCount?: number;
  rowsChanged: number;
  returnType: number;
}
interface Prepared {
  parameterName(index: number): string;
}
/** What a prepared statement was made of, and its values by place or name. */
interface Source {
  connection: object;
  sql: string;
  values: Map<number | string, unknown>;
}

// Of DuckDB's C API: a result that only tells how many rows it changed.
const CHANGED_ROWS = 1;
const RUNNERS = ['run', 'stream', 'start', 'startStream'];
const STATEMENT = '\nLINE ';
// One more than are recorded.
const MAX_PARAMS = 1001;
const NAMED = /\$(?=[A-Za-z_])/g;

/** By prepared statement, and by what several are taken from. */
const sources = new WeakMap<object, Source>();
/** Calls by what they have begun: a pending result, or one whose rows are read later. */
const calls = new WeakMap<object, TracedCall>();

export const duckdb: Instrument = {
  library: '@duckdb/node-api',
  versions: '>=1.3 <2',
  kind: 'sql',
  dialect: 'standard',
  channel: 'scooby:duckdb',
  describe,
  errorOf,
  files: {
    '@duckdb/node-api/lib/DuckDBConnection.js': ({ DuckDBConnection }: Exports) => {
      const { prototype } = DuckDBConnection!;
      for (const method of RUNNERS) replaceMethod(prototype, method, wrapRun);
      for (const method of ['prepare', 'extractStatements']) replaceMethod(prototype, method, wrapPrepare);
    },
    '@duckdb/node-api/lib/DuckDBExtractedStatements.js': ({ DuckDBExtractedStatements }: Exports) =>
      replaceMethod(DuckDBExtractedStatements!.prototype, 'prepare', wrapPrepare),
    '@duckdb/node-api/lib/DuckDBPreparedStatement.js': ({ DuckDBPreparedStatement }: Exports) => {
      const { prototype } = DuckDBPreparedStatement!;
      for (const method of RUNNERS) replaceMethod(prototype, method, wrapRun);
      for (const name of Object.getOwnPropertyNames(prototype))
        if (/^bind[A-Z]/.test(name)) replaceMethod(prototype, name, wrapBind);
      replaceMethod(prototype, 'clearBindings', wrapClear);
    },
    '@duckdb/node-api/lib/DuckDBPendingResult.js': ({ DuckDBPendingResult }: Exports) => {
      replaceMethod(DuckDBPendingResult!.prototype, 'runTask', wrapTask);
      replaceMethod(DuckDBPendingResult!.prototype, 'getResult', wrapGetResult);
    },
    '@duckdb/node-api/lib/DuckDBResult.js': ({ DuckDBResult }: Exports) =>
      replaceMethod(DuckDBResult!.prototype, 'fetchChunk', wrapFetch),
  },
};

/** The message without the line of the statement that it ends with, and its values. */
function errorOf(error: unknown): unknown {
  const message = errorField(error, 'message');
  const at = message?.indexOf(STATEMENT) ?? -1;
  return message === undefined || at < 0 ? error : { message: message.slice(0, at).trimEnd() };
}

function describe({ self, args }: TracedCall): CallInfo {
  const source = sources.get(self as object);
  const name = source?.sql ?? plainText(args[0]) ?? '[object]';
  const params = source === undefined ? paramsOf(name, args[1]) : boundParams(source);
  const owner = source?.connection ?? objectOf(self);
  const connection = owner && connections.connectionNumber(owner);
  return {
    name,
    detail: { ...(params !== undefined && { params }), ...(connection !== undefined && { connection }) },
  };
}

/** Values of `?` and `$1` in a list, of `$name` in an object. */
function paramsOf(sql: string, values: unknown): unknown {
  if (values === undefined) return undefined;
  return maskGivenParams(isList(values) ? sql : sql.replace(NAMED, ':'), values, 'standard');
}

function boundParams({ sql, values }: Source): unknown {
  if (values.size === 0) return undefined;
  const entries = [...values];
  if (entries.some(([key]) => typeof key === 'string')) return paramsOf(sql, Object.fromEntries(entries));
  const list: unknown[] = [];
  for (const [key, value] of entries) list[Number(key) - 1] = value;
  return paramsOf(sql, Array.from(list));
}

function wrapRun(original: Function): Function {
  return function run(this: object) {
    const call = beginCall(duckdb, run, this, arguments);
    if (call === undefined || call.silent) return Reflect.apply(original, this, arguments);
    // A connection prepares statements with values, and runs those.
    return endWhenSettled(call, runCarried(call, original, this, arguments), end);
  };
}

/** A call that has begun something ends with that; others have the number of their rows. */
function end(call: TracedCall, error: unknown, value: unknown): void {
  const result = objectOf(value) as Partial<Result> | undefined;
  if (error || result === undefined) return endCall(call, error);
  const isPending = !('returnType' in result);
  const isStream = !isPending && !('rowCount' in result);
  if (!isPending && !isStream) return endCall(call, undefined, attempt(rowsOf, result as Result));
  calls.set(result, call);
  if (isStream) attempt(connections.noteStream, call);
}

function rowsOf(result: Result): number | undefined {
  return result.returnType === CHANGED_ROWS ? result.rowsChanged : result.rowCount;
}

/** What is prepared is seen when it runs; what cannot be is the error of a call. */
function wrapPrepare(original: Function): Function {
  return function prepare(this: object, ...args: unknown[]) {
    const known = sources.get(this);
    const source: Source = {
      connection: known?.connection ?? this,
      sql: known?.sql ?? plainText(args[0]) ?? '[object]',
      values: new Map(),
    };
    const call = beginCall(duckdb, prepare, this, args.slice(0, 1));
    const made =
      call === undefined ? Reflect.apply(original, this, args) : runCall(call, original, this, args);
    return attempt(noteSource, made, source, call) ?? made;
  };
}

/** A promise like that of the driver, which is fulfilled once the statement's text is known. */
function noteSource(made: unknown, source: Source, call: TracedCall | undefined): unknown {
  return Reflect.apply(then, made, [
    (statement: object) => {
      sources.set(statement, source);
      if (call !== undefined) discardCall(call);
      return statement;
    },
    (error: unknown) => {
      if (call !== undefined) endCall(call, error ?? 'rejected');
      throw error;
    },
  ]);
}

// Bound at load: the app may replace it.
const { then } = Promise.prototype;

function wrapBind(original: Function): Function {
  return function bindValue(this: Prepared, ...args: unknown[]) {
    const result: unknown = Reflect.apply(original, this, args);
    const source = sources.get(this);
    if (source !== undefined) attempt(noteValue, this, source, Number(args[0]), args[1] ?? null);
    return result;
  };
}

function noteValue(statement: Prepared, { sql, values }: Source, index: number, value: unknown): void {
  if (values.size >= MAX_PARAMS) return;
  // The driver tells a place's number as its name where it has none.
  const name = statement.parameterName(index);
  values.set(name !== String(index) && sql.includes(`$${name}`) ? name : index, value);
}

function wrapClear(original: Function): Function {
  return function clearBindings(this: object) {
    attempt(() => sources.get(this)?.values.clear());
    return Reflect.apply(original, this, arguments);
  };
}

function wrapTask(original: Function): Function {
  return function runTask(this: object) {
    try {
      return Reflect.apply(original, this, arguments);
    } catch (error) {
      const call = calls.get(this);
      if (call !== undefined) endCall(call, error);
      throw error;
    }
  };
}

function wrapGetResult(original: Function): Function {
  return function getResult(this: object) {
    const call = calls.get(this);
    const result: unknown = Reflect.apply(original, this, arguments);
    return call === undefined || call.ended !== 0 ? result : endWhenSettled(call, result, end);
  };
}

/** Rows come in chunks, the last of which is empty. */
function wrapFetch(original: Function): Function {
  return function fetchChunk(this: object) {
    const call = calls.get(this);
    if (call === undefined || call.ended !== 0) return Reflect.apply(original, this, arguments);
    attempt(connections.notePauseEnd, call);
    return endWhenSettled(call, Reflect.apply(original, this, arguments), noteChunk);
  };
}

function noteChunk(call: TracedCall, error: unknown, chunk: unknown): void {
  const { rowCount = 0 } = (objectOf(chunk) ?? {}) as { rowCount?: number };
  if (error || rowCount === 0) return endCall(call, error, error ? undefined : (call.rows ?? 0));
  call.rows = (call.rows ?? 0) + rowCount;
  connections.notePause(call);
}
