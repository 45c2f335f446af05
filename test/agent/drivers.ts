/** The versions of a library that the tests run: those that package.json has, under its own name and under aliases. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './app.js';

const { devDependencies, dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const installed: Record<string, string> = { ...devDependencies, ...dependencies };

/** Answers the names under which a library is installed: `mysql2`, `mysql2-2`. */
export function driversOf(library: string): string[] {
  const aliases = Object.keys(installed).filter((name) => installed[name]!.startsWith(`npm:${library}@`));
  return installed[library] === undefined ? aliases : [library, ...aliases];
}

/** Answers the versions of a library that the tests run, oldest first. */
export function testedVersions(library: string): string[] {
  const versions = driversOf(library).map((name) => installed[name]!.replace(/^npm:.*@|^[~^]/, ''));
  return versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}
