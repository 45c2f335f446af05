/** Checks of `scooby doctor` by installed library: recorded, with lines of the app, or neither. */

import type { CheckResult } from './grades.js';
import { dependenciesOf, type InstalledPackage, installedCopies, isOnlyOf } from './installed-packages.js';
import { UNCOVERED } from './uncovered.js';
import { isWithin } from './version-range.js';

/** An installed library. */
export interface LibraryCheck extends CheckResult {
  name: string;
  version: string;
  /**
   * Kind of its spans; `route` for a framework, `line` for an ORM or client; undefined when it is
   * not recorded.
   */
  kind?: string;
}

/** An instrument: its library, the supported versions and how calls are recorded. */
export interface LibraryCoverage {
  library: string;
  versions: string;
  kind: string;
  how: string;
  packages: string[];
  files: string[];
  marker?: string;
}

/**
 * ORMs and query builders without call sites: the driver's calls are recorded, with their line where
 * the mapper calls the driver in the turn of the app's call or is awaited all the way.
 */
const MAPPERS_WITHOUT_LINES =
  'massive orm zapatos @databases/pg @databases/mysql @pgtyped/runtime orange-orm'.split(' ');

/**
 * Checks of the libraries that Node finds from the folders: instruments, ORMs, drivers without any.
 * What is installed for scooby alone, in the folder `scooby`, is not the app's.
 */
export function libraryChecks(
  folders: string[],
  coverage: LibraryCoverage[],
  scooby: string,
): LibraryCheck[] {
  return [
    ...recordedLibraries(folders, coverage, scooby),
    ...uncoveredLibraries(folders, coverage),
    ...mappersWithoutLines(folders, coverage),
  ];
}

function appCopies(folders: string[], name: string, scooby: string): InstalledPackage[] {
  return installedCopies(folders, name).filter((copy) => !isOnlyOf(scooby, copy, folders));
}

function recordedLibraries(folders: string[], coverage: LibraryCoverage[], scooby: string): LibraryCheck[] {
  return coverage.flatMap(({ packages, versions, kind, how }) =>
    packages.slice(0, 1).flatMap((name) =>
      appCopies(folders, name, scooby).map(({ version }): LibraryCheck => {
        if (isWithin(version, versions)) return { name, version, kind, grade: 'good', text: how };
        return { name, version, kind, grade: 'note', text: untestedText(version, versions, kind, how) };
      }),
    ),
  );
}

function untestedText(version: string, versions: string, kind: string, how: string): string {
  const [oldest = ''] = /(?<=^>=)\d[\d.]*/.exec(versions) ?? [];
  if (kind === 'line' && isWithin(version, `<${oldest}`))
    return `${how} only with ${versions}: this version is older, and lines are missing`;
  const missing = kind === 'line' ? 'lines' : kind === 'unit' ? 'units' : 'calls';
  return `${how}, but only tested with ${versions}: ${missing} may be missing`;
}

/** Of those that the app asks for: what only another package uses is that package's matter. */
function uncoveredLibraries(folders: string[], coverage: LibraryCoverage[]): LibraryCheck[] {
  const known = new Set(coverage.flatMap(({ packages }) => packages));
  const wanted = new Set(folders.flatMap((folder) => dependenciesOf(folder)));
  return UNCOVERED.flatMap(({ packages, kind, grade, text }) =>
    packages
      .filter((name) => wanted.has(name) && !known.has(name))
      .flatMap((name) =>
        installedCopies(folders, name).map(
          ({ version }): LibraryCheck => ({
            ...{ name, version, grade, text: text.replaceAll('X', name) },
            ...(kind !== undefined && { kind }),
          }),
        ),
      ),
  );
}

function mappersWithoutLines(folders: string[], coverage: LibraryCoverage[]): LibraryCheck[] {
  const known = new Set(coverage.flatMap(({ packages }) => packages));
  const text =
    'the calls of its driver are shown, with the line of the app where every call is awaited, else in this package';
  return MAPPERS_WITHOUT_LINES.filter((name) => !known.has(name)).flatMap((name) =>
    installedCopies(folders, name).map(
      ({ version }): LibraryCheck => ({ name, version, kind: 'line', grade: 'note', text }),
    ),
  );
}
