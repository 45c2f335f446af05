/** Detects libraries that a bundler has put into the app's file, where they cannot be patched. */

import { readFileSync, statSync } from 'node:fs';
import { packagePath } from './cjs.cjs';

// Bytes. A smaller file contains no driver, a larger one takes too long to read.
const MIN_BUNDLE_SIZE = 32 * 1024;
const MAX_BUNDLE_SIZE = 32 * 1024 * 1024;

/**
 * Identification of a library in a bundle: paths of its files and, in minified code, its marker.
 */
interface BundleMarks {
  library: string;
  marker?: string;
  files?: Record<string, unknown> | string[];
}

/**
 * Names of the libraries whose files are inside `main`; empty for a file in node_modules, under
 * 32 KiB or over 32 MiB.
 */
export function bundledLibraries(main: string, libraries: BundleMarks[]): string[] {
  try {
    if (packagePath(main) !== '') return [];
    const { size } = statSync(main);
    return size < MIN_BUNDLE_SIZE || size > MAX_BUNDLE_SIZE
      ? []
      : librariesInText(readFileSync(main, 'utf8'), libraries);
  } catch {
    // No readable file: node -e, or a path without its extension.
    return [];
  }
}

/** Names of the libraries in a bundle's text, by paths of files or, in minified code, markers. */
export function librariesInText(text: string, libraries: BundleMarks[]): string[] {
  const hasPaths = text.includes('node_modules/');
  const isInside = ({ marker, files = {} }: BundleMarks) => {
    const names = Array.isArray(files) ? files : Object.keys(files);
    if (hasPaths && names.some((file) => text.includes(`node_modules/${file}`))) return true;
    return marker !== undefined && text.includes(marker);
  };
  return [...new Set(libraries.filter(isInside).map(({ library }) => library))];
}

/** Message to the user about a library that is inside `file`. */
export function bundledMessage(name: string, file: string): string {
  return `is inside ${file}, where it cannot be seen; leave it out of the bundle: esbuild --external:${name}, or externals of webpack and rollup`;
}
