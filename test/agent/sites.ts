/** The lines of a fixture on which spans are made: those that end in `// span: <name>`, or in `// span: <name>, twice`. */

import { readFileSync } from 'node:fs';
import { ROOT } from './app.js';

/** Per name: `file:line` of each span, sorted. */
export type Sites = Map<string, string[]>;

/** Answers the sites that a fixture claims. */
export function sitesIn(path: string): Sites {
  const sites: Sites = new Map();
  const file = path.slice(ROOT.length + 1);
  readFileSync(path, 'utf8')
    .split('\n')
    .forEach((line, i) => {
      const [, name, twice] = /\/\/ span: (\w+)(, twice)?$/.exec(line) ?? [];
      if (name === undefined) return;
      const site = `${file}:${i + 1}`;
      sites.set(name, [...(sites.get(name) ?? []), ...(twice ? [site, site] : [site])].sort());
    });
  return sites;
}
