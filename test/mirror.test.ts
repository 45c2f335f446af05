/** Tests mirror src path for path: src/store/location.ts has test/store/location.test.ts. What does not is on a list with a reason. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';

const ROOT = join(import.meta.dirname, '../..');

function filesOf(folder: string, pattern: RegExp, skip: string): string[] {
  const all = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return all
    .filter((path) => pattern.test(path) && !path.startsWith(skip))
    .map((path) => `${folder}/${path}`);
}

const bare = (path: string) => path.replace(/\.[cm]?tsx?$/, '');
const sources = filesOf('src', /\.[cm]?tsx?$/, ' ');
const tests = filesOf('test', /\.test\.ts$/, 'fixtures');
const table = readFileSync(join(ROOT, 'test/mirror-exceptions.tsv'), 'utf8').trimEnd().split('\n');
const exceptions = new Map(table.map((line) => line.split('\t') as [string, string]));

/** Files of both trees that the other one has no counterpart of. */
function unmirrored(): string[] {
  const tested = new Set(tests);
  const known = new Set(sources.map(bare));
  const untested = sources.filter((path) => !tested.has(`${bare(path).replace(/^src/, 'test')}.test.ts`));
  const stray = tests.filter((path) => {
    const own = path.replace(/\.test\.ts$/, '');
    // A part of the tests has its test beside it.
    return !known.has(own.replace(/^test/, 'src')) && !existsSync(join(ROOT, `${own}.ts`));
  });
  return [...untested, ...stray];
}

test('every file of src has its test, and every test its file, but for those listed', (t) => {
  t.same(
    unmirrored().filter((path) => !exceptions.has(path)),
    [],
  );
  t.end();
});

test('what is listed is still an exception, its reason names tests that are there', (t) => {
  const open = new Set(unmirrored());
  t.same(
    [...exceptions.keys()].filter((path) => !open.has(path)),
    [],
    'has its counterpart, or is gone',
  );
  const reasons = [...exceptions].map(([path, reason = '']) => ({ path, reason }));
  t.same(
    reasons.filter(({ reason }) => reason.trim() === ''),
    [],
  );
  const named = reasons.flatMap(({ path, reason }) =>
    [...reason.matchAll(/test\/\S+\.test\.ts/g)].map(([name]) => ({ path, name })),
  );
  t.same(
    named.filter(({ name }) => !existsSync(join(ROOT, name))),
    [],
  );
  t.end();
});
