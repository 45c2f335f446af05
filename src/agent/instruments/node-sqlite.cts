/** Instrument of node:sqlite, whose calls block the event loop. */

import { replaceMethod } from '../call/wrap.cjs';
import { sqliteConnections } from '../explain/sqlite.cjs';
import { attempt } from '../guard.cjs';
import { listOf } from '../record/app-values.cjs';
import { encodeLine } from '../record/encode-span.cjs';
import { sendLines } from '../record/transport.cjs';
import type { CallArguments, CallInfo, Instrument } from './instrument.cjs';
import { estimatedBytes } from './shared/connections.cjs';
import {
  describeSqlite,
  patchStatement,
  type SqliteDriver,
  sqliteParams,
  wrapIterate,
  wrapPrepare,
  wrapTimed,
} from './shared/sqlite.cjs';

interface Sqlite {
  DatabaseSync: { prototype: object };
  StatementSync: { prototype: object };
}
type BuiltinProcess = { moduleLoadList?: string[]; getBuiltinModule?(name: string): unknown };

// One more than are recorded.
const MAX_PARAMS = 1001;
const LOOK_AGAIN_MS = 1000;
// Bound at load, before fake timers of the app.
const { setTimeout } = globalThis;

/** Databases by statement, and by store of tagged statements, which do not tell them. */
const databases = new WeakMap<object, object>();
/** Stores of tagged statements: their calls have the text in their arguments. */
const tagStores = new WeakSet<object>();

export const nodeSqlite: Instrument = {
  library: 'node:sqlite',
  versions: '*',
  kind: 'sql',
  dialect: 'sqlite',
  explain: 'sqlite',
  connections: sqliteConnections,
  channel: 'scooby:node-sqlite',
  describe,
  files: {},
  onListening: patchWhenLoaded,
};

/**
 * Patches the module where the app has loaded it: to load it prints a warning, which would be the app's
 * in its place. An app that loads it later is looked at once a second.
 */
function patchWhenLoaded(): void {
  const { moduleLoadList = [], getBuiltinModule } = process as BuiltinProcess;
  if (getBuiltinModule === undefined) return;
  if (!moduleLoadList.includes('NativeModule sqlite')) {
    // An error in a timer would end the app.
    setTimeout(attempt, LOOK_AGAIN_MS, patchWhenLoaded).unref();
    return;
  }
  reportFacts();
  const { DatabaseSync, StatementSync } = getBuiltinModule('node:sqlite') as Sqlite;
  const { prototype } = DatabaseSync;
  replaceMethod(prototype, 'prepare', (original) =>
    wrapPrepare(driver, original, (statement, database) => void databases.set(statement, database)),
  );
  replaceMethod(prototype, 'exec', (original) => wrapTimed(driver, original, () => undefined));
  patchStatement(driver, StatementSync.prototype);
  if ('createTagStore' in prototype) replaceMethod(prototype, 'createTagStore', wrapCreateTagStore);
}

/** A built-in module passes no loader, which would report how its statements are read. */
function reportFacts(): void {
  const { library: name, dialect, explain } = nodeSqlite;
  const facts = { ...(dialect && { dialect }), ...(explain && { explain }) };
  sendLines(encodeLine({ t: 'library', name, version: '', ...facts }), false);
}

const driver: SqliteDriver = {
  instrument: nodeSqlite,
  sourceOf(self) {
    const { sourceSQL } = self as { sourceSQL?: unknown };
    return typeof sourceSQL === 'string' ? sourceSQL : undefined;
  },
  databaseOf: (statement) => databases.get(statement),
  nameOf(database) {
    const location = (database as { location?(): string | null }).location?.();
    return { name: String(location), isMemory: !location };
  },
};

function describe(call: CallArguments): CallInfo {
  const { self, args } = call;
  if (typeof self !== 'object' || self === null || !tagStores.has(self)) return describeSqlite(driver, call);
  const name = listOf(args[0], MAX_PARAMS).join('?');
  const detail: Record<string, unknown> = { blocking: true };
  if (args.length > 1) detail.params = sqliteParams(name, Array.from(args).slice(1));
  return { name, detail };
}

/** Statements as tagged templates, which are run natively. */
function wrapCreateTagStore(original: Function): Function {
  return function createTagStore(this: object) {
    const store = Reflect.apply(original, this, arguments) as object;
    attempt(patchTagStore, store);
    return store;
  };
}

function patchTagStore(store: object): void {
  tagStores.add(store);
  const prototype = Object.getPrototypeOf(store) as object;
  const replace = (method: string, rows: (result: unknown) => number | undefined) =>
    replaceMethod(prototype, method, (tag) => wrapTimed(driver, tag, rows, estimatedFacts));
  replace('run', (done) => Number((done as { changes?: unknown }).changes));
  replace('get', (row) => (row === undefined ? 0 : 1));
  replace('all', (rows) => (rows as unknown[]).length);
  replaceMethod(prototype, 'iterate', (tag) => wrapIterate(driver, tag));
}

function estimatedFacts(rows: unknown): { bytes: number } | undefined {
  return Array.isArray(rows) ? estimatedBytes(rows) : undefined;
}
