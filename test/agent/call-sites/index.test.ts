/** The list of call-site libraries is complete and matches what loader and docs read. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { callSiteLibraries } from '../../../src/agent/call-sites/index.cjs';
import type { CallSiteLibrary } from '../../../src/agent/call-sites/library.cjs';
import { coverage } from '../../../src/agent/coverage.cjs';
import { instruments } from '../../../src/agent/instruments/index.cjs';
import { ROOT } from '../app.js';

const FOLDER = join(ROOT, 'dist/src/agent/call-sites');
const NO_LIBRARIES = ['index.cjs', 'library.cjs', 'own-methods.cjs', 'pool-waits.cjs'];

test('every file of the folder is on the list', async (t) => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.cjs') && !NO_LIBRARIES.includes(file));
  const found: unknown[] = [];
  for (const file of files) {
    const exported = Object.values(await import(join(FOLDER, file)));
    found.push(...exported.filter((value) => typeof value === 'object' && value !== null && 'role' in value));
  }
  const libraries = new Set((found as CallSiteLibrary[]).map(({ library }) => library));
  t.equal(libraries.size, files.length, 'a library a file');
  t.same([...libraries].sort(), callSiteLibraries.map(({ library }) => library).sort());
});

test('no file is patched twice, and ES modules are among the files', async (t) => {
  const all = [...instruments, ...callSiteLibraries].flatMap(({ files }) => Object.keys(files));
  t.same(
    all.filter((file, i) => all.indexOf(file) !== i),
    [],
  );
  for (const { esm = {}, files } of callSiteLibraries)
    t.same(
      Object.keys(esm).filter((file) => !(file in files)),
      [],
    );
});

test('doctor lists the call-site libraries', async (t) => {
  const lines = coverage().filter(({ kind }) => kind === 'line');
  t.same(
    lines.map(({ library, packages: [name] }) => [library, name]),
    callSiteLibraries.map(({ library }) => [library, library]),
  );
  t.match(
    lines.find(({ library }) => library === 'knex'),
    { versions: '>=0.12 <4', how: 'its calls show the line of the app' },
  );
});
