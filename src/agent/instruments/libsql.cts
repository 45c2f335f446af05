/** Instrument of @libsql/client: statements, batches and transactions of a file, by HTTP and by websocket. */

import { beginCall, endCall, type TracedCall } from '../call/call.cjs';
import { endWhenSettled } from '../call/settle.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { libsqlConnections } from '../explain/libsql.cjs';
import { rememberConnection } from '../explain/runner.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, isList, itemOf, listOf, objectOf, plainText } from '../record/app-values.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';
import { runCarried } from './shared/carried-call.cjs';
import * as connections from './shared/connections.cjs';
import { sqliteParams } from './shared/sqlite.cjs';

type Classes = Record<string, { prototype: object } | undefined>;

const FOLDERS = ['lib-cjs', 'lib-esm'];
/** Classes by file. */
const CLASSES: Record<string, string[]> = {
  sqlite3: ['Sqlite3Client', 'Sqlite3Transaction'],
  http: ['HttpClient'],
  ws: ['WsClient'],
  // Of both of them; those of each have a few methods more.
  hrana: ['HranaTransaction'],
};
const METHODS = ['execute', 'batch', 'migrate', 'executeMultiple', 'transaction', 'commit', 'rollback'];
const BEGINS: Record<string, string> = {
  write: 'BEGIN IMMEDIATE',
  read: 'BEGIN TRANSACTION READONLY',
  deferred: 'BEGIN DEFERRED',
};
const MAX_STATEMENTS = 100;

/** Clients by their transactions, which are connections of their own. */
const clients = new WeakMap<object, object>();

export const libsql: Instrument = {
  library: '@libsql/client',
  versions: '>=0.5 <1',
  kind: 'sql',
  dialect: 'sqlite',
  explain: 'sqlite',
  connections: libsqlConnections,
  channel: 'scooby:libsql',
  describe,
  files: {},
  esm: {},
};

for (const folder of FOLDERS)
  for (const [file, names] of Object.entries(CLASSES)) {
    const path = `@libsql/client/${folder}/${file}.js`;
    libsql.files[path] = (classes: Classes) => {
      for (const name of names) if (classes[name] !== undefined) patchClass(classes[name].prototype);
    };
    if (folder === 'lib-esm') libsql.esm![path] = names;
  }

function patchClass(prototype: object): void {
  for (const method of METHODS)
    if (Object.hasOwn(prototype, method))
      replaceMethod(prototype, method, (original) => wrapMethod(method, original));
}

function describe({ self, args }: TracedCall): CallInfo {
  const [method, first, second] = [plainText(args[0]), args[1], args[2]];
  const detail = factsOf(objectOf(self) ?? {});
  if (method === 'transaction') return { name: BEGINS[plainText(first) ?? 'write'] ?? 'BEGIN', detail };
  if (method === 'commit' || method === 'rollback') return { name: method.toUpperCase(), detail };
  if (method !== 'batch' && method !== 'migrate') {
    const { sql, params } = statementOf(first, second);
    return { name: sql, detail: { ...detail, ...(params !== undefined && { params }) } };
  }
  const count = isList(first) ? first.length : 0;
  const statements = listOf(first, MAX_STATEMENTS).map((statement) => statementOf(statement, undefined));
  const params = statements.map(({ params }) => params ?? []);
  const more = count > statements.length ? [`… (${count} statements)`] : [];
  const name = [...statements.map(({ sql }) => sql), ...more].join(';\n');
  return { name, detail: { ...detail, ...(params.some((own) => !isEmpty(own)) && { params }) } };
}

/** A statement is a text, `{sql, args}`, or of a batch `[sql, args]`. */
function statementOf(given: unknown, second: unknown): { sql: string; params: unknown } {
  const isPair = isList(given);
  const sql = plainText(isPair ? itemOf(given, 0) : given) ?? plainText(dataOf(given, 'sql')) ?? '[object]';
  const values = isPair ? itemOf(given, 1) : (dataOf(given, 'args') ?? second);
  if (values === undefined || values === null) return { sql, params: undefined };
  const params = sqliteParams(sql, [values]);
  return { sql, params: isEmpty(params) ? undefined : params };
}

function isEmpty(params: unknown): boolean {
  return isList(params) && params.length === 0;
}

/** Without a number of its own, a transaction has one of ours, which its statements share. */
function factsOf(self: object): Record<string, unknown> {
  const client = clients.get(self);
  const owner = client ?? self;
  rememberConnection(libsql, owner);
  return {
    ...(dataOf(owner, 'protocol') === 'file' && { blocking: true }),
    ...(client !== undefined && { connection: connections.connectionNumber(self) }),
    source: connections.sourceNumber(owner, owner, () => ''),
  };
}

function wrapMethod(method: string, original: Function): Function {
  return function ask(this: object, ...args: unknown[]) {
    const call = beginCall(libsql, ask, this, [method, ...args]);
    if (call === undefined || call.silent) return Reflect.apply(original, this, args);
    // None of the app's code runs in the context of the requests that carry it.
    return endWhenSettled(call, runCarried(call, original, this, args), (_call, error, value) => {
      if (method === 'transaction' && !error) attempt(noteTransaction, call, this, value);
      endCall(
        call,
        error,
        error ? undefined : rowsOf(value),
        error ? undefined : attempt(factsOfRows, value),
      );
    });
  };
}

/** A transaction begins on the connection that its statements have. */
function noteTransaction(call: TracedCall, client: object, transaction: unknown): void {
  clients.set(transaction as object, client);
  if (call.info?.detail !== undefined)
    call.info.detail.connection = connections.connectionNumber(transaction as object);
}

/** Rows, or affected ones; of a batch those of all. */
function rowsOf(result: unknown): number | undefined {
  if (isList(result)) return result.reduce<number>((sum, part) => sum + (rowsOf(part) ?? 0), 0);
  const [columns, rows] = [dataOf(result, 'columns'), dataOf(result, 'rows')];
  if (isList(columns) && columns.length > 0 && isList(rows)) return rows.length;
  const affected = dataOf(result, 'rowsAffected');
  return typeof affected === 'number' ? affected : undefined;
}

function factsOfRows(result: unknown): Record<string, unknown> | undefined {
  if (dataOf(result, 'rowsAffected') === 1)
    return connections.insertIdFacts(dataOf(result, 'lastInsertRowid'));
  return connections.estimatedBytes(dataOf(result, 'rows'));
}
