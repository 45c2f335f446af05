/** What a command names that is not there, form by form. */

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { commandCheck } from '../../../src/cli/doctor/command-check.js';

/** A project with one script, one file and one program of its own. */
function project(t: Test): string {
  const folder = t.testdir({
    'package.json': JSON.stringify({ scripts: { dev: 'node app.js' } }),
    'app.js': '',
    bin: {},
    node_modules: { '.bin': { vite: '' } },
  });
  mkdirSync(join(folder, 'folder'));
  writeFileSync(join(folder, 'bin/serve'), '#!/bin/sh\n');
  chmodSync(join(folder, 'bin/serve'), 0o755);
  return folder;
}

test('commands that can start', (t) => {
  const folder = project(t);
  for (const command of [
    '',
    'node app.js',
    'node app',
    'node folder',
    'node --inspect missing.js',
    'node inspect app.js',
    'node -',
    'node',
    'npm run dev',
    'npm run-script dev',
    'npm run env',
    'npm run missing --if-present',
    'npm run',
    'npm start',
    './bin/serve missing.js',
  ])
    t.same(commandCheck(folder, folder, command.split(' ').filter(Boolean)), [], command);
  t.end();
});

test('commands that cannot', (t) => {
  const folder = project(t);
  const cases = {
    'missing-program --port 1': 'missing-program: command not found',
    vite: 'vite: command not found; it is in node_modules/.bin: npx vite …',
    './bin/missing': './bin/missing: command not found',
    'node missing.js': `missing.js: there is no such file in ${folder}`,
    'npm run missing': `${folder}/package.json has no script "missing"`,
    'npm run toString': `${folder}/package.json has no script "toString"`,
  };
  for (const [command, text] of Object.entries(cases))
    t.same(commandCheck(folder, folder, command.split(' ')), [{ grade: 'bad', text }], command);
  t.end();
});
