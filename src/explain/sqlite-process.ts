/** A process of our own that reads a SQLite file, limited in time: what runs in the app would block it. */

import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DatabaseQuery, QueryRow } from './query-channel.js';
import { QueryError } from './query-channel.js';

/** What the process is to read. */
export interface SqliteJob {
  file: string;
  /** Files of other databases of the connection, by their names. */
  attached: Record<string, string>;
  queries: DatabaseQuery['ask'];
}

/** What the process says. */
export type SqliteReply =
  | { t: 'ready' }
  | { t: 'rows'; rows: object[][] }
  | { t: 'refused'; message: string };

const START_MS = 10_000;
const LIMIT_MS = 4000;

/** Rows of each query; rejects with a QueryError where SQLite refuses one, or it takes more than 4 s. */
export function readSqlite(job: SqliteJob, limitMs = LIMIT_MS): Promise<QueryRow[][]> {
  return new Promise((resolve, reject) => {
    const reader = fork(readerFile(), { execArgv: [], env: cleanEnvironment(), stdio: 'ignore' });
    let timer = setTimeout(() => settle(slow(START_MS)), START_MS);
    const settle = (outcome: QueryError | QueryRow[][]) => {
      clearTimeout(timer);
      end(reader);
      if (outcome instanceof QueryError) reject(outcome);
      else resolve(outcome);
    };
    reader.on('message', (reply: SqliteReply) => {
      if (reply.t === 'rows') settle(reply.rows as QueryRow[][]);
      else if (reply.t === 'refused') settle(new QueryError('refused', reply.message));
      else {
        clearTimeout(timer);
        timer = setTimeout(() => settle(slow(limitMs)), limitMs);
        reader.send(job, ignore);
      }
    });
    reader.on('error', (error) => settle(new QueryError('refused', error.message)));
    reader.on('exit', (code, signal) =>
      settle(new QueryError('refused', `its process ended (${signal ?? code})`)),
    );
  });
}

function slow(ms: number): QueryError {
  return new QueryError(
    'slow',
    `SQLite has not answered within ${ms / 1000} s; the process that read for it was ended.`,
  );
}

function end(reader: ChildProcess): void {
  reader.removeAllListeners('exit');
  reader.kill('SIGKILL');
}

function ignore(): void {}

/** Neither our own options of Node nor those of the app. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return env;
}

function readerFile(): string {
  const candidates = ['./sqlite-reader.js', './chunks/sqlite-reader.js'];
  const paths = candidates.map((name) => fileURLToPath(new URL(name, import.meta.url)));
  return paths.find((path) => existsSync(path)) ?? paths[0]!;
}
