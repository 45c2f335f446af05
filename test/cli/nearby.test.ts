import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { folderFrom, isNearby, nearbyStores } from '../../src/cli/nearby.js';
import { registerRunRecord } from '../../src/control/registry.js';
import { databasePath } from '../../src/store/location.js';
import { openStore } from '../../src/store/open.js';
import { PROGRAM } from '../scooby.js';

/** A repository with workspaces, and the state folder of its own in the environment. */
function repository(t: Test) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'scooby-test-')));
  for (const path of ['.git', 'packages/api', 'packages/web/src'])
    mkdirSync(join(folder, path), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "workspaces": ["packages/*"] }');
  for (const name of ['api', 'web']) writeFileSync(join(folder, 'packages', name, 'package.json'), '{}');
  const { XDG_STATE_HOME: before, SCOOBY_DB: db } = process.env;
  process.env.XDG_STATE_HOME = join(folder, 'state');
  delete process.env.SCOOBY_DB;
  t.teardown(() => {
    if (before === undefined) delete process.env.XDG_STATE_HOME;
    else process.env.XDG_STATE_HOME = before;
    if (db !== undefined) process.env.SCOOBY_DB = db;
    rmSync(folder, { recursive: true });
  });
  return folder;
}

const record = async (t: Test, cwd: string) => (await openStore({ cwd }, t.fail)).close();

function list(cwd: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, 'list', ...args], {
    cwd,
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}

test('list in a folder without recordings names the stores and the living runs nearby', async (t) => {
  const root = repository(t);
  const web = join(root, 'packages/web/src');
  t.match(list(web).err, 'Nothing has been recorded in this project yet.', 'none nearby');
  await record(t, join(root, 'packages/api'));
  t.same(
    nearbyStores(web).map(({ project }) => project),
    [join(root, 'packages/api')],
  );
  t.same(list(web), {
    code: 1,
    out: '',
    err: 'scooby: Nothing has been recorded in this folder. Nearby:\n  cd ../../api   stored requests\n',
  });
  const browser = spawnSync(process.execPath, [PROGRAM, 'ui', '--plain'], { cwd: web, encoding: 'utf8' });
  t.equal(browser.stderr, list(web).err, 'so does the browser');
  await record(t, root);
  const socket = join(root, 'socket');
  writeFileSync(socket, '');
  const registration = registerRunRecord(databasePath(undefined, root), {
    id: 'a',
    pid: process.pid,
    socket,
    token: 't',
    url: 'http://localhost:4000',
    command: ['node', 'app.js'],
    project: root,
    started: 1,
  });
  t.teardown(() => registration.remove());
  const nearby = `  cd ../../..   a run, pid ${process.pid}, http://localhost:4000\n  cd ../../api   stored requests\n`;
  for (const args of [[], ['--follow'], ['--json']])
    t.ok(list(web, ...args).err.endsWith(`Nearby:\n${nearby}`));
  t.match(list(web, '--db', join(root, 'none.db')).err, 'There is no database at');
});

test('a repository ends at its .git, and a far folder is named whole', (t) => {
  const root = repository(t);
  t.ok(isNearby({ project: root }, join(root, 'packages/web')));
  t.ok(isNearby({ project: join(root, 'packages/api') }, join(root, 'packages/web')));
  t.notOk(isNearby({ project: join(root, '..') }, root));
  t.notOk(isNearby({ project: `${root}-other` }, root));
  t.equal(folderFrom('/a/b', '/a/b'), '.');
  t.equal(folderFrom('/a/b', '/a/c'), '../c');
  t.equal(folderFrom('/a/b/c/d/e', '/x'), '/x');
  t.end();
});
