/** Lines of a fixture with spans: they end in `// span: <name>`, or `// span: <name>, twice`. */

import { readFileSync } from 'node:fs';
import { ROOT } from './app.js';

/** Call sites (`file:line`) by name, sorted, one for each span. */
export type Sites = Map<string, string[]>;

const TIMES = ['never', 'once', 'twice', 'thrice'];

/** Call sites that the comments of a fixture claim. */
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
