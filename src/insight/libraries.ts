/** What is known of the libraries that a trace's spans name: told by their instruments, kept in the trace. */

import type { Dialect, LibraryInfo } from '../domain/library.js';
import type { Trace } from '../domain/trace.js';

/** A trace, as far as its libraries are asked for. */
export type WithLibraries = Pick<Trace, 'libraries'>;

/** Reading of SQL whose library told no dialect: standard SQL, with any placeholder. It is no server's, and has no plans. */
const UNKNOWN: Dialect = 'standard';

/** Libraries of documents that were written before traces kept them; none is ever added. */
const FORMER: Record<string, LibraryInfo> = {
  pg: { dialect: 'pg', explain: 'postgres' },
  postgres: { dialect: 'pg' },
  mysql2: { dialect: 'mysql', explain: 'mysql' },
  mysql: { dialect: 'mysql', explain: 'mysql' },
  'better-sqlite3': { dialect: 'sqlite' },
};

/** Facts of the library that a span names; none where nothing was told of it. */
export function libraryOf({ libraries = FORMER }: WithLibraries, name: string): LibraryInfo {
  return (Object.hasOwn(libraries, name) && libraries[name]) || {};
}

/** Dialect that the statements of a library are read by. */
export function dialectOf(trace: WithLibraries, library: string): Dialect {
  return libraryOf(trace, library).dialect ?? UNKNOWN;
}
