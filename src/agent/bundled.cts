/** Which libraries a bundler has put into the app's own file, where there is nothing that can be patched. */

import { readFileSync, statSync } from 'node:fs';
import { packagePath } from './load.cjs';

// Smaller than any bundle with a driver in it, and larger than any that is worth the wait.
const SMALLEST = 32 * 1024;
const LARGEST = 32 * 1024 * 1024;

/** Answers the names of those libraries whose files are inside `main`: bundlers leave the paths in, unless they minify. */
export function bundledIn(
  main: string,
  libraries: { library: string; files?: Record<string, unknown> }[],
): string[] {
  try {
    if (packagePath(main) !== '') return [];
    const { size } = statSync(main);
    if (size < SMALLEST || size > LARGEST) return [];
    const text = readFileSync(main, 'utf8');
    if (!text.includes('node_modules/')) return [];
    const inside = ({ files }: { files?: Record<string, unknown> }) =>
      Object.keys(files ?? {}).some((file) => text.includes(`node_modules/${file}`));
    return [...new Set(libraries.filter(inside).map(({ library }) => library))];
  } catch {
    // No file that can be read: node -e, or a name without its extension.
    return [];
  }
}
