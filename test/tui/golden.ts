/** Golden screens in files; UPDATE_GOLDENS=1 rewrites them. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../../test/tui/goldens');

/** Golden screen of a name, after writing `screen` to it with UPDATE_GOLDENS=1. */
export function golden(name: string, screen: string): string {
  const file = join(FOLDER, `${name}.txt`);
  if (process.env.UPDATE_GOLDENS) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${screen}\n`);
  }
  return readGolden(name);
}

export function readGolden(name: string): string {
  return readFileSync(join(FOLDER, `${name}.txt`), 'utf8').replace(/\n$/, '');
}
