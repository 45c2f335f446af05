/** Text of files that the app's code names: a pipe would be waited for, a device read without end. */

import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Bytes. */
const MAX_SIZE = 64 * 1024 * 1024;

/** Path of a script by its name, which may be a URL with a query. Throws where the URL is none of a file. */
export function filePath(name: string): string {
  return name.startsWith('file:') ? fileURLToPath(name.replace(/[?#].*$/s, '')) : name;
}

/** Text of a regular file of up to 64 MiB, by its path or URL; undefined for any other, or for none. */
export function fileText(name: string): string | undefined {
  try {
    const path = filePath(name);
    const stats = statSync(path);
    return stats.isFile() && stats.size <= MAX_SIZE ? readFileSync(path, 'utf8') : undefined;
  } catch {
    // Evaluated code has any name.
    return undefined;
  }
}
