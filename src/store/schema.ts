/** Tables of the database, their migration, and the check that a file belongs to scooby. */

import type { Database } from './database.js';
import { restrictMode } from './files.js';
import { StoreError } from './store.js';

/** SQLite's user_version; increases with every change of the tables. */
const SCHEMA_VERSION = 6;

/** SQLite's application_id of scooby's files. */
const APPLICATION_ID = 0x5c00b1;

// `seq` is small and follows the order of arrival: bodies and figures are keyed by it and deleted
// with the trace. Bodies are a table of their own, so that a filter scans short rows only. The
// index has the columns that filters compare, so that rows which do not match are never read.
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

// Figures are stored in the order of their aggregation. They are short: NULL and 0 take no space,
// and names of subjects are in `subjects`. Traces of version 1 have no figures.
const FIGURES = `
CREATE TABLE runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  start REAL NOT NULL,
  command TEXT NOT NULL
) STRICT;
CREATE TABLE subjects (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  of TEXT NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  site TEXT,
  function TEXT,
  route TEXT
) STRICT;
CREATE TABLE figures (
  subject INTEGER NOT NULL REFERENCES subjects (id) ON DELETE CASCADE,
  bucket INTEGER NOT NULL,
  trace INTEGER NOT NULL REFERENCES traces (seq) ON DELETE CASCADE,
  count INTEGER NOT NULL,
  total INTEGER NOT NULL,
  errors INTEGER NOT NULL,
  queries INTEGER NOT NULL,
  byText INTEGER,
  byKey INTEGER,
  bySite INTEGER,
  PRIMARY KEY (subject, bucket, trace)
) STRICT, WITHOUT ROWID;
ALTER TABLE traces ADD COLUMN run INTEGER;
CREATE INDEX figures_trace ON figures (trace);
CREATE INDEX traces_run ON traces (run, outside, expires);
`;

// A request shows the units and the requests of other apps that it led to. Traces of earlier versions
// have no parent here.
const PARENTS = `
ALTER TABLE traces ADD COLUMN parent TEXT;
CREATE INDEX traces_parent ON traces (parent, start) WHERE parent IS NOT NULL;
`;

// Lists leave out ticks that went well: how many, without a scan of all requests.
const TICKS = `
CREATE INDEX traces_ticks ON traces (start) WHERE method = 'tick';
`;

// Lists are sorted by what mending a request's findings wins, without reading their documents. That of
// earlier versions' requests is not known.
const WINS = `
ALTER TABLE traces ADD COLUMN win REAL;
`;

// A run that has ended still says what it has not kept. A run of which nothing is kept has no row in
// `runs` but for this.
const LOSSES = `
CREATE TABLE losses (
  run INTEGER NOT NULL,
  reason TEXT NOT NULL,
  requests INTEGER NOT NULL,
  expires REAL NOT NULL,
  PRIMARY KEY (run, reason)
) STRICT, WITHOUT ROWID;
`;

/**
 * Tables with what was recorded, but for source texts: a run that goes on has saved those of its files once,
 * and they expire.
 */
export const RECORD_TABLES = ['figures', 'bodies', 'subjects', 'traces', 'runs', 'losses'];

/** Migration to each version from the version before it. */
const STEPS = [TABLES, FIGURES, PARENTS, TICKS, WINS, LOSSES];

/** Formats that a database is brought from and to. */
export interface Migration {
  from: number;
  to: number;
}

/** What is to be done to a database of an earlier version; undefined where nothing is. */
export function migrationOf(db: Database, path: string): Migration | undefined {
  return isOutdated(db, path) ? { from: versionOf(db, path), to: SCHEMA_VERSION } : undefined;
}

/**
 * Prepares the connection for several concurrent processes, and creates or migrates the tables.
 * Throws a StoreError, without a change of the file, when it belongs to another program or to a
 * newer version.
 */
export function establishSchema(db: Database, path: string, readonly: boolean): void {
  db.pragma('trusted_schema = OFF');
  // The store names what refers to what it deletes: looking for that at each row takes a quarter of a save.
  db.pragma('foreign_keys = OFF');
  const version = versionOf(db, path);
  if (readonly && version < SCHEMA_VERSION)
    throw new StoreError(`${path} holds no requests that this version of scooby can read.`);
  if (readonly) return;
  restrictMode(path);
  db.pragma('auto_vacuum = INCREMENTAL');
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.pragma(`journal_size_limit = ${16 << 20}`);
  // 16 MB: a page that many saves change is written to the file once, where 4 MB took a quarter more CPU.
  db.pragma('wal_autocheckpoint = 4000');
  if (version < SCHEMA_VERSION) db.transaction(() => migrate(db, path)).immediate();
}

// The version is read again in the transaction: another process may have migrated the file
// meanwhile.
function migrate(db: Database, path: string): void {
  for (const step of STEPS.slice(versionOf(db, path))) db.exec(step);
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.pragma(`user_version = ${SCHEMA_VERSION}`);
}

/** Whether an earlier version wrote the file. */
function isOutdated(db: Database, path: string): boolean {
  const version = versionOf(db, path);
  return version > 0 && version < SCHEMA_VERSION;
}

/**
 * Version of the tables; 0 for an empty file. Throws a StoreError for files of other programs and
 * newer versions.
 */
function versionOf(db: Database, path: string): number {
  const version = db.pragma('user_version', { simple: true }) as number;
  const isOurs = db.pragma('application_id', { simple: true }) === APPLICATION_ID;
  if (!isOurs && db.prepare('SELECT 1 FROM sqlite_schema').get() !== undefined) {
    throw new StoreError(`${path} is the database of another program. Choose another file with --db.`);
  }
  if (version > SCHEMA_VERSION) {
    throw new StoreError(
      `${path} was written by a newer scooby (format ${version}, this one knows ${SCHEMA_VERSION}). ` +
        'Update scooby, or choose another file with --db.',
    );
  }
  return isOurs ? version : 0;
}
