import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { test } from 'tap';
import { databasePath, projectFolder, stateFolder } from '../../src/store/location.js';

test('the project is the nearest folder with a package.json or a .git', (t) => {
  const root = realpathSync(
    t.testdir({ app: { 'package.json': '{}', src: { deep: {} } }, repo: { '.git': {}, a: {} } }),
  );
  t.equal(projectFolder(join(root, 'app/src/deep')), join(root, 'app'));
  t.equal(projectFolder(join(root, 'repo/a')), join(root, 'repo'));
  symlinkSync(join(root, 'app'), join(root, 'link'));
  t.equal(projectFolder(join(root, 'link/src')), join(root, 'app'));
  t.equal(projectFolder('/'), '/');
  t.end();
});

test('a project has a database of its own in the state folder', (t) => {
  const root = realpathSync(
    t.testdir({ one: { shop: { 'package.json': '' } }, two: { shop: { 'package.json': '' } } }),
  );
  const env = { XDG_STATE_HOME: '/state' };
  const one = databasePath(undefined, join(root, 'one/shop'), env);
  const two = databasePath(undefined, join(root, 'two/shop'), env);
  t.match(one, /^\/state\/scooby\/shop-[0-9a-f]{8}\/scooby\.db$/);
  t.not(one, two);
  mkdirSync(join(root, 'one/shop/src'));
  t.equal(databasePath(undefined, join(root, 'one/shop/src'), env), one);
  t.end();
});

test('--db wins over SCOOBY_DB, which wins over the project', (t) => {
  const env = { XDG_STATE_HOME: '/state', SCOOBY_DB: 'env.db' };
  t.equal(databasePath('named.db', '/srv', env), '/srv/named.db');
  t.equal(databasePath(undefined, '/srv', env), '/srv/env.db');
  t.equal(databasePath('', '/srv', { ...env, SCOOBY_DB: '/x/y.db' }), '/x/y.db');
  t.end();
});

test('the state folder follows the convention of each platform', (t) => {
  const home = homedir();
  t.equal(stateFolder({}, 'linux'), join(home, '.local/state'));
  t.equal(stateFolder({ XDG_STATE_HOME: '/s' }, 'linux'), '/s');
  t.equal(stateFolder({ XDG_STATE_HOME: 'relative' }, 'linux'), join(home, '.local/state'));
  t.equal(stateFolder({}, 'darwin'), join(home, 'Library/Application Support'));
  t.equal(stateFolder({ LOCALAPPDATA: 'C:\\L' }, 'win32'), 'C:\\L');
  t.end();
});

test('a project whose name is as long as a name can be', (t) => {
  const state = t.testdir();
  const parent = t.testdir();
  for (const name of ['n'.repeat(255), 'é'.repeat(127), '漢'.repeat(85), `${'a'.repeat(245)}漢漢`]) {
    const project = join(parent, name);
    mkdirSync(project, { recursive: true });
    writeFileSync(join(project, 'package.json'), '{}');
    const path = databasePath(undefined, project, { XDG_STATE_HOME: state });
    mkdirSync(dirname(path), { recursive: true });
    const folder = basename(dirname(path));
    t.ok(name.startsWith(folder.replace(/-[0-9a-f]{8}$/, '')), folder);
    t.match(folder, /-[0-9a-f]{8}$/);
  }
  t.match(databasePath(undefined, '/nowhere/short', { XDG_STATE_HOME: state }), /\/short-[0-9a-f]{8}\//);
  t.end();
});
