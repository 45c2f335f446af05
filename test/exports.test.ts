/** An exported name occurs once in src: a reader who finds it by search has found the one that is meant. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';

const ROOT = join(import.meta.dirname, '../..');
// `export async function name`, `export const name`; and `export { a, type b as c }` with or without `from`.
const DECLARED =
  /^export (?:declare |abstract |async )*(?:function\*?|class|interface|type|enum|const|let|var) ([\w$µ]+)/gm;
const LISTED = /^export (?:type )?\{([^}]*)\}/gm;

function exportedNames(source: string): string[] {
  const listed = [...source.matchAll(LISTED)].flatMap(([, names]) => names!.split(','));
  const names = listed.map((name) => name.trim().replace(/^(?:.* as |type )/, ''));
  return [...[...source.matchAll(DECLARED)].map(([, name]) => name!), ...names].filter((name) => name !== '');
}

test('names are found in each way of exporting', (t) => {
  const source = `export const a = 1;
export async function b() {}
export abstract class C {}
export type D = 1;
export { e, type F, g as h } from './x.js';
export type { I };
const notExported = 1;
`;
  t.same(exportedNames(source), ['a', 'b', 'C', 'D', 'e', 'F', 'h', 'I']);
  t.end();
});

test('no two files of src export the same name, but for those listed with a reason', (t) => {
  const files = new Map<string, string[]>();
  for (const entry of readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).sort()) {
    if (!/\.[cm]?tsx?$/.test(entry)) continue;
    for (const name of exportedNames(readFileSync(join(ROOT, 'src', entry), 'utf8'))) {
      files.set(name, [...(files.get(name) ?? []), `src/${entry}`]);
    }
  }
  const table = readFileSync(join(ROOT, 'test/exports-exceptions.tsv'), 'utf8').trimEnd().split('\n');
  const exceptions = new Map(table.map((line) => line.split('\t') as [string, string]));
  t.same(
    [...files].filter(([name, places]) => places.length > 1 && !exceptions.has(name)),
    [],
  );
  t.same(
    [...exceptions].filter(([name, reason]) => !reason || (files.get(name)?.length ?? 0) < 2),
    [],
    'what is listed has a reason, and still occurs twice',
  );
  t.end();
});
