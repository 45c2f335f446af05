/** Screens kept as files; UPDATE_GOLDENS=1 writes them anew. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../../test/tui/goldens');

/** Answers the screen that is kept under a name; the given one where it is being kept now. */
export function golden(name: string, screen: string): string {
  const file = join(FOLDER, `${name}.txt`);
  if (process.env.UPDATE_GOLDENS) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${screen}\n`);
  }
  return kept(name);
}

/** Answers the screen that is kept under a name. */
export function kept(name: string): string {
  return readFileSync(join(FOLDER, `${name}.txt`), 'utf8').replace(/\n$/, '');
}
