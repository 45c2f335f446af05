/** Facts of a trace's libraries, as their instruments reported them and the trace keeps them. */

import type { Dialect, LibraryInfo, Planner } from '../domain/library.js';
import type { RecordedSpan, Trace } from '../domain/trace.js';

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
  'better-sqlite3': { dialect: 'sqlite', explain: 'sqlite' },
};

/** Facts of a span's library; empty if its instrument reported none. */
export function libraryOf({ libraries = LEGACY_LIBRARIES }: WithLibraries, name: string): LibraryInfo {
  return (Object.hasOwn(libraries, name) && libraries[name]) || {};
}

/** SQL dialect of a library's statements. */
export function dialectOf(trace: WithLibraries, library: string): Dialect {
  return libraryOf(trace, library).dialect ?? UNKNOWN_DIALECT;
}

/** Dialect in which statements are read before they are sent to a server of that kind. */
const PLANNER_DIALECTS: Record<Planner, Dialect> = {
  postgres: 'pg',
  mysql: 'mysql',
  sqlite: 'sqlite',
};

/** How statements of a library are planned; undefined where they are not, or are read as another server's. */
export function plannerNameOf(trace: WithLibraries, library: string): Planner | undefined {
  const { explain, dialect } = libraryOf(trace, library);
  if (explain === undefined || !Object.hasOwn(PLANNER_DIALECTS, explain)) return undefined;
  return PLANNER_DIALECTS[explain] === dialect ? explain : undefined;
}

/** Facts of the libraries of an imported request: what a file says is never sent to the app's database. */
export function withoutPlanners({
  libraries,
  spans,
}: WithLibraries & { spans: Pick<RecordedSpan, 'library'>[] }): Record<string, LibraryInfo> {
  const named = new Set(spans.map(({ library }) => library));
  const known =
    libraries ?? Object.fromEntries(Object.entries(LEGACY_LIBRARIES).filter(([name]) => named.has(name)));
  return Object.fromEntries(Object.entries(known).map(([name, { explain: _, ...facts }]) => [name, facts]));
}

/** Reason why statements of a library are not sent to a server, where that is the trace's and not the library's. */
export function importRefusal({ libraries }: WithLibraries, library: string): string | undefined {
  const isPlanned =
    Object.hasOwn(LEGACY_LIBRARIES, library) && LEGACY_LIBRARIES[library]?.explain !== undefined;
  return isPlanned && libraries !== undefined && Object.hasOwn(libraries, library)
    ? 'This request was imported: its statements are not sent to the database.'
    : undefined;
}
