/** Installed versions of a library, from test/fixtures/package.json, with their aliases. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIXTURES } from '../packages.js';
import { ROOT } from './app.js';

function dependenciesIn(folder: string): Record<string, string> {
  const { dependencies, optionalDependencies, prebuilt } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  // What would be compiled for minutes is got otherwise (nodes.ts).
  return { ...dependencies, ...optionalDependencies, ...prebuilt };
}
// better-sqlite3 is a dependency of scooby itself as well.
const installed = { ...dependenciesIn(FIXTURES), ...dependenciesIn(ROOT) };

/** Newest majors that cannot be installed beside the others, tested by their lines. */
const majors = dependenciesIn(join(FIXTURES, 'majors'));

/** Packages that stand for libraries of many packages. */
const STANDS_FOR: Record<string, string> = {
  '@aws-sdk': '@aws-sdk/client-sqs',
  '@azure': '@azure/core-tracing',
};
/** Packages without which a library does nothing, tested in its place as it is large; or what it has become. */
const STANDS_BESIDE: Record<string, string> = {
  '@elastic/elasticsearch': '@elastic/transport',
  nats: '@nats-io/transport-node',
};

/** Names under which a library is installed: `mysql2`, `mysql2-2`. */
export function driversOf(listed: string): string[] {
  const library = STANDS_FOR[listed] ?? listed;
  const aliases = Object.keys(installed).filter((name) => installed[name]!.startsWith(`npm:${library}@`));
  return installed[library] === undefined ? aliases : [library, ...aliases];
}

/** Tested versions of a library, oldest first. */
export function testedVersions(library: string): string[] {
  const beside = STANDS_BESIDE[library];
  const names = [...driversOf(library), ...(beside === undefined ? [] : driversOf(beside))];
  const versions = names.map((name) => installed[name]!.replace(/^npm:.*@|^[~^]/, ''));
  if (majors[library] !== undefined) versions.push(majors[library]);
  return versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}
