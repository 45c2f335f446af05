/** The tables, and the check that a file holds them in the form that this version writes. */

import type { Database } from 'better-sqlite3';
import { restrictMode } from './files.js';
import { StoreError } from './store.js';

/** Counts up with every change of the tables. */
export const VERSION = 2;

/** Tells our files from every other SQLite database. */
const APPLICATION = 0x5c00b1;

// A trace's number is small and follows the order of arrival, so that what hangs on a trace (its body, its figures) is
// keyed by it and goes with it. Bodies live apart: a filter then walks short rows only.
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

// Figures lie in the order in which they are added up. They are short: a NULL or a 0 takes no room, and what a subject
// is called stands once. Those of traces that an earlier version kept are not there.
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

/** What each version added to the one before. */
const STEPS = [TABLES, FIGURES];

/**
 * Makes the connection fit for several processes at once and creates the tables where there are none. Throws a
 * StoreError when the file is not ours or from a newer version; then nothing in it has been touched.
 */
export function establishSchema(db: Database, path: string, readonly: boolean): void {
  db.pragma('trusted_schema = OFF');
  db.pragma('foreign_keys = ON');
  const version = versionOf(db, path);
  if (readonly && version < VERSION)
    throw new StoreError(`${path} holds no requests that this version of scooby can read.`);
  if (readonly) return;
  restrictMode(path);
  db.pragma('auto_vacuum = INCREMENTAL');
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.pragma(`journal_size_limit = ${16 << 20}`);
  if (version < VERSION) db.transaction(() => advance(db, path)).immediate();
}

// Another process may have been quicker.
function advance(db: Database, path: string): void {
  for (const step of STEPS.slice(versionOf(db, path))) db.exec(step);
  db.pragma(`application_id = ${APPLICATION}`);
  db.pragma(`user_version = ${VERSION}`);
}

/** Answers whether an earlier version wrote the file. */
export function isOutdated(db: Database, path: string): boolean {
  const version = versionOf(db, path);
  return version > 0 && version < VERSION;
}

/** Answers which version's tables the file holds; 0 for none. */
function versionOf(db: Database, path: string): number {
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
  return ours ? version : 0;
}
