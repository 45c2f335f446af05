import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { installPackages } from './install.js';

/** A lock file of one package without dependencies, which is in the folder itself: nothing is asked of the network. */
const lockOf = (version: string) => ({
  lockfileVersion: 3,
  packages: {
    '': { dependencies: { one: 'file:one' } },
    'node_modules/one': { resolved: 'one', link: true },
    one: { name: 'one', version },
  },
});

test('packages are installed once for a lock file', async (t) => {
  const folder = t.testdir({
    'package.json': '{"private": true, "dependencies": {"one": "file:one"}}',
    'package-lock.json': JSON.stringify(lockOf('1.0.0')),
    one: { 'package.json': '{"name": "one", "version": "1.0.0"}' },
  });
  const installed = join(folder, 'node_modules/one/package.json');
  t.equal(await installPackages(folder), undefined);
  t.ok(existsSync(installed));

  rmSync(join(folder, 'node_modules/one'));
  t.equal(await installPackages(folder), undefined);
  t.notOk(existsSync(installed), 'the same lock file: npm is not asked again');

  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lockOf('1.0.1')));
  t.equal(await installPackages(folder), undefined);
  t.ok(existsSync(installed), 'another lock file');
});
