/** Facts of a trace's libraries, as their instruments reported them and the trace keeps them. */

import type { Dialect, LibraryInfo } from '../domain/library.js';
import type { Trace } from '../domain/trace.js';

/** The part of a trace that has its libraries. */
export type WithLibraries = Pick<Trace, 'libraries'>;

/** Dialect of an unknown SQL library: standard SQL with any placeholder, without plans. */
const UNKNOWN_DIALECT: Dialect = 'standard';

/** Libraries of traces stored before traces had a `libraries` field; the list is complete. */
const LEGACY_LIBRARIES: Record<string, LibraryInfo> = {
  pg: { dialect: 'pg', explain: 'postgres' },
  postgres: { dialect: 'pg' },
  mysql2: { dialect: 'mysql', explain: 'mysql' },
  mysql: { dialect: 'mysql', explain: 'mysql' },
  'better-sqlite3': { dialect: 'sqlite' },
};

/** Facts of a span's library; empty if its instrument reported none. */
export function libraryOf({ libraries = LEGACY_LIBRARIES }: WithLibraries, name: string): LibraryInfo {
  return (Object.hasOwn(libraries, name) && libraries[name]) || {};
}

/** SQL dialect of a library's statements. */
export function dialectOf(trace: WithLibraries, library: string): Dialect {
  return libraryOf(trace, library).dialect ?? UNKNOWN_DIALECT;
}
