/**
 * A process that reads a SQLite file for trials, apart from the app: the file is opened read-only, and the
 * process is ended where a statement takes too long, or once its parent is gone.
 */

import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import type { DigestedRows } from '../domain/link.js';
import { digestRows } from '../domain/row-digest.cjs';
import { databaseOpener } from '../store/connector.js';
import type { Database, DatabaseValue } from '../store/database.js';
import type { SqliteJob, SqliteReply } from './sqlite-process.js';

/** ms of waiting for a lock of the app's. */
const LOCK_MS = 1000;

if (isMainThread) superviseReading();
else parentPort!.once('message', (job: SqliteJob) => void replyTo(job));

/** Statements run in a thread: a process that reads notices nothing, neither that its parent is gone. */
function superviseReading(): void {
  // A thread in a statement does not end with process.exit().
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  const reader = new Worker(fileURLToPath(import.meta.url));
  const reply = (message: SqliteReply) => process.send!(message, () => process.exit());
  reader.on('message', reply);
  reader.on('error', ({ message }) => reply({ t: 'refused', message }));
  reader.once('online', () => {
    process.once('message', (job: SqliteJob) => reader.postMessage(job));
    process.send!({ t: 'ready' } satisfies SqliteReply);
  });
}

async function replyTo(job: SqliteJob): Promise<void> {
  let reply: SqliteReply;
  try {
    const open = await databaseOpener();
    const db = open(job.file, { readonly: true, fileMustExist: true, timeout: LOCK_MS });
    db.exec('PRAGMA query_only = ON');
    // A file that is attached to a read-only connection is read-only as well.
    for (const [name, file] of Object.entries(job.attached))
      db.prepare(`ATTACH ? AS "${name.replaceAll('"', '""')}"`).run(file);
    // Reads the schema, whose time is not the statement's.
    db.prepare('SELECT count(*) FROM sqlite_master').all();
    reply = { t: 'rows', rows: job.queries.map((query) => rowsOf(db, query)) };
  } catch (error) {
    reply = { t: 'refused', message: (error as Error).message };
  }
  parentPort!.postMessage(reply);
}

function rowsOf(db: Database, { sql, values, digest }: SqliteJob['queries'][number]): object[] {
  const own = Array.isArray(values) ? values.map(boundValue) : [];
  const began = process.hrtime.bigint();
  const statement = db.prepare<DatabaseValue[], object>(sql);
  if (digest === undefined) return statement.all(...own);
  const columns = statement.columns().map(({ name }) => name);
  const rows = statement
    .raw()
    .safeIntegers()
    .all(...own);
  const ms = Number(process.hrtime.bigint() - began) / 1e6;
  return [{ ...(digestRows(rows, columns, digest, ms) satisfies DigestedRows) }];
}

function boundValue(value: unknown): DatabaseValue {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'object' && 'bytes' in value) return Buffer.from(String(value.bytes), 'hex');
  return typeof value === 'number' || typeof value === 'string' ? value : JSON.stringify(value);
}
