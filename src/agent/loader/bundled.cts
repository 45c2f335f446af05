/** Which libraries a bundler has put into the app's own file, where there is nothing that can be patched. */

import { readFileSync, statSync } from 'node:fs';
import { packagePath } from './cjs.cjs';

// Smaller than any bundle with a driver in it, and larger than any that is worth the wait.
const SMALLEST = 32 * 1024;
const LARGEST = 32 * 1024 * 1024;

/** What a library is known by inside a bundle: the paths of its files, and, where it is minified, its marker. */
interface Known {
  library: string;
  marker?: string;
  files?: Record<string, unknown> | string[];
}

/** Answers the names of those libraries whose files are inside `main`; nothing for a small file, or one in node_modules. */
export function bundledLibraries(main: string, libraries: Known[]): string[] {
  try {
    if (packagePath(main) !== '') return [];
    const { size } = statSync(main);
    return size < SMALLEST || size > LARGEST ? [] : librariesInText(readFileSync(main, 'utf8'), libraries);
  } catch {
    // No file that can be read: node -e, or a name without its extension.
    return [];
  }
}

/** Answers the names of those libraries that a bundle has in it: by their paths, or, where it is minified, their markers. */
export function librariesInText(text: string, libraries: Known[]): string[] {
  const hasPaths = text.includes('node_modules/');
  const inside = ({ marker, files = {} }: Known) => {
    const names = Array.isArray(files) ? files : Object.keys(files);
    if (hasPaths && names.some((file) => text.includes(`node_modules/${file}`))) return true;
    return marker !== undefined && text.includes(marker);
  };
  return [...new Set(libraries.filter(inside).map(({ library }) => library))];
}

/** Answers what is to be said of a library that is inside `file`. */
export function bundledMessage(name: string, file: string): string {
  return `is inside ${file}, where it cannot be seen; leave it out of the bundle: esbuild --external:${name}, or externals of webpack and rollup`;
}
