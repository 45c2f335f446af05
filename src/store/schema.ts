/** The tables, and the check that a file holds them in the form that this version writes. */

import type { Database } from 'better-sqlite3';
import { narrow } from './files.js';
import { StoreError } from './store.js';

/** Counts up with every change of the tables. What an older version kept is throw-away data and is dropped. */
export const VERSION = 1;

/** Tells our files from every other SQLite database. */
const APPLICATION = 0x5c00b1;

// A trace's number is small and follows the order of arrival, so that what hangs on a trace (its body; later one row
// per statement and site) is keyed by it and goes with it. Bodies live apart: a filter then walks short rows only.
// The index carries what filters ask, so that rows which do not pass are never read.
const TABLES = `
CREATE TABLE traces (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  method TEXT NOT NULL,
  url TEXT NOT NULL,
  route TEXT,
  status INTEGER,
  start REAL NOT NULL,
  duration REAL,
  state TEXT NOT NULL,
  outside INTEGER NOT NULL,
  totals TEXT NOT NULL,
  findings TEXT NOT NULL,
  spans INTEGER NOT NULL,
  expires REAL NOT NULL
) STRICT;
CREATE TABLE bodies (
  trace INTEGER PRIMARY KEY REFERENCES traces (seq) ON DELETE CASCADE,
  body ANY NOT NULL
) STRICT;
CREATE TABLE sources (
  hash TEXT PRIMARY KEY,
  file TEXT NOT NULL,
  body ANY NOT NULL,
  expires REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX traces_newest ON traces (start, expires, status, duration, method) WHERE outside = 0;
CREATE INDEX traces_outside ON traces (start) WHERE outside = 1;
CREATE INDEX traces_expiry ON traces (expires);
CREATE INDEX sources_expiry ON sources (expires);
`;

/**
 * Makes the connection fit for several processes at once and creates the tables where there are none. Throws a
 * StoreError when the file is not ours or from a newer version; then nothing in it has been touched.
 */
export function establish(db: Database, path: string, readonly: boolean): void {
  db.pragma('trusted_schema = OFF');
  db.pragma('foreign_keys = ON');
  const ready = isCurrent(db, path);
  if (readonly && !ready)
    throw new StoreError(`${path} holds no requests that this version of scooby can read.`);
  if (readonly) return;
  narrow(path);
  db.pragma('auto_vacuum = INCREMENTAL');
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.pragma(`journal_size_limit = ${16 << 20}`);
  if (!ready) db.transaction(() => create(db, path)).immediate();
}

// Another process may have been quicker.
function create(db: Database, path: string): void {
  if (isCurrent(db, path)) return;
  for (const table of ['bodies', 'traces', 'sources']) db.exec(`DROP TABLE IF EXISTS ${table}`);
  db.exec(TABLES);
  db.pragma(`application_id = ${APPLICATION}`);
  db.pragma(`user_version = ${VERSION}`);
}

function isCurrent(db: Database, path: string): boolean {
  const version = db.pragma('user_version', { simple: true }) as number;
  const ours = db.pragma('application_id', { simple: true }) === APPLICATION;
  if (!ours && db.prepare('SELECT 1 FROM sqlite_schema').get() !== undefined) {
    throw new StoreError(`${path} is the database of another program. Choose another file with --db.`);
  }
  if (version > VERSION) {
    throw new StoreError(
      `${path} was written by a newer scooby (format ${version}, this one knows ${VERSION}). ` +
        'Update scooby, or choose another file with --db.',
    );
  }
  return ours && version === VERSION;
}
