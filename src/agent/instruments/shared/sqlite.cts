/** What drivers of SQLite have in common that block the event loop: statements, rows and iterators. */

import { types } from 'node:util';
import { beginCall, endCall, type TracedCall } from '../../call/call.cjs';
import { replaceMethod } from '../../call/wrap.cjs';
import { rememberConnection } from '../../explain/runner.cjs';
import { attempt } from '../../guard.cjs';
import { bytesIn, isList, listOf, plainText } from '../../record/app-values.cjs';
import { maskNamedParams, maskParams } from '../../record/sql-params.cjs';
import { state } from '../../run-config.cjs';
import type { CallArguments, CallInfo, Instrument } from '../instrument.cjs';
import { estimatedBytes, insertIdFacts, notePause, notePauseEnd, sourceNumber } from './connections.cjs';

type Step = { done?: boolean };
type RowCounter = (result: unknown) => number | undefined;

/** A driver: its instrument, and what it says of its objects. */
export interface SqliteDriver {
  instrument: Instrument;
  /** Text of a statement; undefined for a database. */
  sourceOf(self: object): string | undefined;
  /** Database of a statement, and its name; undefined where it is not known. */
  databaseOf(self: object): object | undefined;
  nameOf(database: object): { name: string; isMemory: boolean };
}

// One more than are recorded.
const MAX_PARAMS = 1001;

const iterations = new WeakMap<object, TracedCall>();
/** Values that a statement keeps for all its calls, masked. */
const bound = new WeakMap<object, unknown>();

/** Name and details of a call of a statement, or of a database with the text as its argument. */
export function describeSqlite(driver: SqliteDriver, { self, args }: CallArguments): CallInfo {
  const own = typeof self === 'object' && self !== null && !types.isProxy(self) ? self : undefined;
  const source = own && driver.sourceOf(own);
  const name = source ?? plainText(args[0]) ?? '[object]';
  const detail: Record<string, unknown> = { blocking: true };
  if (source !== undefined) {
    const params = args.length > 0 ? sqliteParams(name, args) : boundParams(own!);
    if (params !== undefined) detail.params = params;
  }
  const database = own && (source === undefined ? own : driver.databaseOf(own));
  if (database !== undefined && !types.isProxy(database)) {
    detail.source = sourceOf(driver, database);
    rememberConnection(driver.instrument, database);
  }
  return { name, detail };
}

function sourceOf(driver: SqliteDriver, database: object): number {
  const { name, isMemory } = driver.nameOf(database);
  return sourceNumber(database, isMemory ? database : undefined, () => `sqlite ${name}`);
}

/** Values are positional, in arrays, or named in an object. */
export function sqliteParams(sql: string, args: ArrayLike<unknown>): unknown {
  const values = listOf(args, MAX_PARAMS).flatMap((arg) => (isList(arg) ? listOf(arg, MAX_PARAMS) : [arg]));
  const [named] = values;
  const byName = values.length === 1 && typeof named === 'object' && named !== null && !bytesIn(named);
  return byName ? maskNamedParams(sql, named, 'sqlite') : maskParams(sql, values, 'sqlite');
}

/** Wraps `prepare`, whose error is that of a call; `onStatement` gets each statement, and its database. */
export function wrapPrepare(
  { instrument }: SqliteDriver,
  original: Function,
  onStatement: (statement: object, database: object) => void,
): Function {
  return function prepare(this: object) {
    let statement: object;
    try {
      statement = Reflect.apply(original, this, arguments);
    } catch (error) {
      const call = beginCall(instrument, prepare, this, arguments);
      if (call !== undefined) endCall(call, error);
      throw error;
    }
    attempt(onStatement, statement, this);
    return statement;
  };
}

/** Notes the values that a statement keeps until others are bound. */
export function noteBound(statement: object, sql: string, args: ArrayLike<unknown>): void {
  setBound(statement, sqliteParams(sql, args));
}

/** Sets the masked values that a statement keeps; undefined where they are not known. */
export function setBound(statement: object, params: unknown): void {
  bound.set(statement, params);
}

/** Masked values that a statement keeps; undefined where none are known. */
export function boundParams(statement: object): unknown {
  return bound.get(statement);
}

/** Wraps `bind`, whose values the statement's calls have, and whose error is that of a call. */
export function wrapBind({ instrument, sourceOf }: SqliteDriver, original: Function): Function {
  return function bind(this: object) {
    if (state.recording === 'off') return Reflect.apply(original, this, arguments);
    try {
      const result: unknown = Reflect.apply(original, this, arguments);
      attempt((args: ArrayLike<unknown>) => noteBound(this, sourceOf(this) ?? '', args), arguments);
      return result;
    } catch (error) {
      const call = beginCall(instrument, bind, this, arguments);
      if (call !== undefined) endCall(call, error);
      throw error;
    }
  };
}

/** Patches the class of statements. */
export function patchStatement(driver: SqliteDriver, prototype: object): void {
  const replace = (
    method: string,
    rows: RowCounter,
    facts?: (result: unknown, self: object) => object | undefined,
  ) => replaceMethod(prototype, method, (original) => wrapTimed(driver, original, rows, facts));
  replace(
    'run',
    (done) => {
      const { changes } = (done ?? {}) as { changes?: number | bigint };
      return changes === undefined ? undefined : Number(changes);
    },
    (done, self) => insertFacts(done, driver.sourceOf(self) ?? ''),
  );
  replace(
    'get',
    (row) => (row === undefined ? 0 : 1),
    (row) => estimatedBytes([row]),
  );
  replace('all', (rows) => (rows as unknown[]).length, estimatedBytes);
  replaceMethod(prototype, 'iterate', (original) => wrapIterate(driver, original));
}

/** The id of the only row that a statement inserted. */
function insertFacts(done: unknown, source: string): Record<string, unknown> | undefined {
  const { changes, lastInsertRowid } = (done ?? {}) as { changes?: unknown; lastInsertRowid?: unknown };
  return Number(changes) === 1 && /^\s*insert/i.test(source) ? insertIdFacts(lastInsertRowid) : undefined;
}

/** Wraps a method that has done its work when it returns. */
export function wrapTimed(
  { instrument }: SqliteDriver,
  original: Function,
  rowsOf: RowCounter,
  factsOf?: (result: unknown, self: object) => object | undefined,
): Function {
  return function wrapper(this: object) {
    const call = beginCall(instrument, wrapper, this, arguments);
    if (call === undefined) return Reflect.apply(original, this, arguments);
    try {
      const result = Reflect.apply(original, this, arguments);
      const facts = factsOf && attempt(factsOf, result, this);
      endCall(call, undefined, attempt(rowsOf, result), facts as Record<string, unknown> | undefined);
      return result;
    } catch (error) {
      endCall(call, error);
      throw error;
    }
  };
}

/** The call lasts from the first step to the last, with what the app does in between. */
export function wrapIterate({ instrument }: SqliteDriver, original: Function): Function {
  return function iterate(this: unknown) {
    const call = beginCall(instrument, iterate, this, arguments);
    if (call === undefined) return Reflect.apply(original, this, arguments);
    delete call.info?.detail?.blocking;
    try {
      const iterator = Reflect.apply(original, this, arguments) as object;
      attempt(patchIterator, iterator);
      iterations.set(iterator, call);
      return iterator;
    } catch (error) {
      endCall(call, error);
      throw error;
    }
  };
}

function patchIterator(iterator: object): void {
  const prototype = Object.getPrototypeOf(iterator);
  for (const method of ['next', 'return']) replaceMethod(prototype, method, wrapStep);
}

function wrapStep(original: Function): Function {
  return function (this: object) {
    const call = iterations.get(this);
    if (call === undefined) return Reflect.apply(original, this, arguments);
    try {
      notePauseEnd(call);
      const step = Reflect.apply(original, this, arguments) as Step;
      if (!step.done) notePause(call);
      if (step.done) endCall(call, undefined, call.rows ?? 0);
      else call.rows = (call.rows ?? 0) + 1;
      return step;
    } catch (error) {
      endCall(call, error);
      throw error;
    }
  };
}
