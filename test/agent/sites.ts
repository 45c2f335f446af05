/** The lines of a fixture on which spans are made: those that end in `// span: <name>`, or in `// span: <name>, twice` (or thrice). */

import { readFileSync } from 'node:fs';
import { ROOT } from './app.js';

/** Per name: `file:line` of each span, sorted. */
export type Sites = Map<string, string[]>;

const TIMES = ['never', 'once', 'twice', 'thrice'];

/** Answers the sites that a fixture claims. */
export function sitesIn(path: string): Sites {
  const sites: Sites = new Map();
  const file = path.slice(ROOT.length + 1);
  readFileSync(path, 'utf8')
    .split('\n')
    .forEach((line, i) => {
      const [, name, times = 'once'] = /\/\/ span: (\w+)(?:, (\w+))?$/.exec(line) ?? [];
      if (name === undefined) return;
      const found = Array.from({ length: TIMES.indexOf(times) }, () => `${file}:${i + 1}`);
      sites.set(name, [...(sites.get(name) ?? []), ...found].sort());
    });
  return sites;
}
