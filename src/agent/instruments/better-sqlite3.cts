/** Instrument of better-sqlite3: statements and exec, which block the event loop. */

import { types } from 'node:util';
import { beginCall, endCall, type TracedCall } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { bytesIn, isList, listOf, plainText } from '../record/app-values.cjs';
import { maskNamedParams, maskParams } from '../record/sql-params.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';
import {
  estimatedBytes,
  insertIdFacts,
  notePause,
  notePauseEnd,
  sourceNumber,
} from './shared/connections.cjs';

type Statement = { source: string; database?: { name?: unknown; memory?: unknown } };
type Step = { done?: boolean };

// One more than are recorded.
const MAX_PARAMS = 1001;

const iterations = new WeakMap<object, TracedCall>();

export const betterSqlite3: Instrument = {
  library: 'better-sqlite3',
  versions: '>=11 <13',
  kind: 'sql',
  dialect: 'sqlite',
  channel: 'scooby:better-sqlite3',
  describe,
  files: {
    'better-sqlite3/lib/database.js': (Database: { prototype: object }) => {
      replaceMethod(Database.prototype, 'prepare', wrapPrepare);
      replaceMethod(Database.prototype, 'exec', (original) => wrapTimed(original, () => undefined));
    },
  },
};

function describe({ self, args }: TracedCall): CallInfo {
  const source = sourceOf(self);
  const name = source ?? plainText(args[0]) ?? '[object]';
  const detail: Record<string, unknown> = { blocking: true };
  if (source !== undefined && args.length > 0) detail.params = paramsOf(name, args);
  const database = source !== undefined ? (self as Statement).database : (self as Statement['database']);
  if (typeof database === 'object' && database !== null && !types.isProxy(database))
    detail.source = sourceNumber(
      database,
      database.memory ? database : undefined,
      () => `sqlite ${database.name}`,
    );
  return { name, detail };
}

/** Text of a statement; undefined for a database. */
function sourceOf(self: unknown): string | undefined {
  // The native class has a property for it.
  const source = types.isProxy(self) ? undefined : (self as Partial<Statement>)?.source;
  return typeof source === 'string' ? source : undefined;
}

/** Values are positional, in arrays, or named in an object. */
function paramsOf(sql: string, args: ArrayLike<unknown>): unknown {
  const values = listOf(args, MAX_PARAMS).flatMap((arg) => (isList(arg) ? listOf(arg, MAX_PARAMS) : [arg]));
  const [named] = values;
  const byName = values.length === 1 && typeof named === 'object' && named !== null && !bytesIn(named);
  return byName ? maskNamedParams(sql, named, 'sqlite') : maskParams(sql, values, 'sqlite');
}

/** Patches the native class of statements, which is not exported, by way of a statement. */
function wrapPrepare(original: Function): Function {
  return function prepare(this: unknown) {
    let statement: object;
    try {
      statement = Reflect.apply(original, this, arguments);
    } catch (error) {
      const call = beginCall(betterSqlite3, prepare, this, arguments);
      if (call !== undefined) endCall(call, error);
      throw error;
    }
    attempt(patchStatement, Object.getPrototypeOf(statement));
    return statement;
  };
}

function patchStatement(prototype: object): void {
  replaceMethod(prototype, 'run', (run) =>
    wrapTimed(run, (done) => (done as { changes?: number }).changes, insertFacts),
  );
  replaceMethod(prototype, 'get', (get) =>
    wrapTimed(
      get,
      (row) => (row === undefined ? 0 : 1),
      (row) => estimatedBytes([row]),
    ),
  );
  replaceMethod(prototype, 'all', (all) =>
    wrapTimed(all, (rows) => (rows as unknown[]).length, estimatedBytes),
  );
  replaceMethod(prototype, 'iterate', wrapIterate);
}

/** The id of the only row that a statement inserted. */
function insertFacts(done: unknown, { source }: Statement): Record<string, unknown> | undefined {
  const { changes, lastInsertRowid } = done as { changes?: number; lastInsertRowid?: unknown };
  return changes === 1 && /^\s*insert/i.test(source) ? insertIdFacts(lastInsertRowid) : undefined;
}

function wrapTimed(
  original: Function,
  rowsOf: (result: unknown) => number | undefined,
  factsOf?: (result: unknown, statement: Statement) => Record<string, unknown> | undefined,
): Function {
  return function wrapper(this: unknown) {
    const call = beginCall(betterSqlite3, wrapper, this, arguments);
    if (call === undefined) return Reflect.apply(original, this, arguments);
    try {
      const result = Reflect.apply(original, this, arguments);
      endCall(
        call,
        undefined,
        attempt(rowsOf, result),
        factsOf && attempt(factsOf, result, this as Statement),
      );
      return result;
    } catch (error) {
      endCall(call, error);
      throw error;
    }
  };
}

/** The call lasts from the first step to the last, with what the app does in between. */
function wrapIterate(original: Function): Function {
  return function iterate(this: unknown) {
    const call = beginCall(betterSqlite3, iterate, this, arguments);
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
