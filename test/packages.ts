/** Packages that only tests use: drivers, ORMs, frameworks, ways to start an app. They are installed in test/fixtures, not in the root. */

import { symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The folder whose package.json has them; its own files resolve them as any app does. */
export const FIXTURES = join(import.meta.dirname, '../../test/fixtures');

/** `require` of test/fixtures: a compiled test runs in dist, from where Node does not find its node_modules. */
export const requirePackage = createRequire(join(FIXTURES, 'package.json'));

/** Path of a file of such a package: `tsx/dist/cli.mjs`. */
export function packageFile(path: string): string {
  return join(FIXTURES, 'node_modules', path);
}

/** Links packages into a project's node_modules. */
export function linkPackages(folder: string, ...names: string[]): void {
  for (const name of names) symlinkSync(packageFile(name), join(folder, 'node_modules', name));
}
