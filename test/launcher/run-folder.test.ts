import { existsSync, mkdirSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'tap';
import { makeRunFolder, runFolderBases } from '../../src/launcher/run-folder.js';

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

test('the run folder and run.json are readable by their owner only, under any umask', (t) => {
  for (const umask of [0o000, 0o022, 0o077]) {
    const before = process.umask(umask);
    const folder = makeRunFolder('all', undefined);
    process.umask(before);
    t.same([mode(folder.path), mode(join(folder.path, 'run.json'))], ['700', '600']);
    const note = JSON.parse(readFileSync(join(folder.path, 'run.json'), 'utf8'));
    t.match(note, { socket: join(folder.path, 'link'), record: 'all' });
    t.match(note.token, /^[\w-]{32}$/);
    t.match(note.secret, /^[\w-]{32}$/);
    t.not(note.token, note.secret);
    folder.update({ takePort: 3000 });
    t.equal(JSON.parse(readFileSync(join(folder.path, 'run.json'), 'utf8')).takePort, 3000);
    folder.remove();
    t.notOk(existsSync(folder.path));
  }
  t.end();
});

test('a path too long for a socket is not used', (t) => {
  const long = join(t.testdir(), 'x'.repeat(100));
  mkdirSync(long);
  const { TMPDIR, XDG_RUNTIME_DIR } = process.env;
  t.teardown(() => Object.assign(process.env, { ...(TMPDIR && { TMPDIR }), XDG_RUNTIME_DIR }));
  process.env.XDG_RUNTIME_DIR = long;
  const folder = makeRunFolder('off', 3000);
  t.ok(Buffer.byteLength(folder.run.socket) <= 100);
  t.not(dirname(folder.path), long);
  folder.remove();
  t.end();
});

test('a folder that cannot be written is passed over; without any, the user is told', (t) => {
  const { TMPDIR, XDG_RUNTIME_DIR } = process.env;
  t.teardown(() => {
    for (const [name, value] of Object.entries({ TMPDIR, XDG_RUNTIME_DIR })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  process.env.XDG_RUNTIME_DIR = '/proc';
  process.env.TMPDIR = '/dev/null';
  const folder = makeRunFolder('all', undefined);
  t.equal(dirname(folder.path), '/tmp');
  t.equal(folder.state(), 'missing', 'without a socket');
  folder.remove();
  t.end();
});

test('the folder is in memory where there is room for it, and TMPDIR has not been set', (t) => {
  const { bavail, bsize } = existsSync('/dev/shm') ? statfsSync('/dev/shm') : { bavail: 0, bsize: 0 };
  const memory = bavail * bsize >= 512 * 1024 * 1024 ? ['/dev/shm'] : [];
  const { TMPDIR } = process.env;
  t.teardown(() => void (TMPDIR !== undefined && Object.assign(process.env, { TMPDIR })));
  delete process.env.TMPDIR;
  t.same(runFolderBases({}), [...memory, '/tmp']);
  t.same(runFolderBases({ XDG_RUNTIME_DIR: '/run/user/7' }), ['/run/user/7', ...memory, '/tmp']);
  process.env.TMPDIR = '/var/tmp';
  t.same(runFolderBases(), [
    ...(process.env.XDG_RUNTIME_DIR ? [process.env.XDG_RUNTIME_DIR] : []),
    '/var/tmp',
    '/tmp',
  ]);
  delete process.env.TMPDIR;
  t.end();
});

test('run.json is replaced as a whole: what was there stays readable on a full disk', (t) => {
  const folder = makeRunFolder('all', undefined);
  t.teardown(() => folder.remove());
  // A folder in the way of the new file stands for a write that fails.
  mkdirSync(join(folder.path, 'run.json.new'));
  t.throws(() => folder.update({ record: 'off' }), { code: 'EISDIR' });
  t.match(JSON.parse(readFileSync(join(folder.path, 'run.json'), 'utf8')), { record: 'all' });
  t.end();
});
