import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'tap';
import { appEnvironment, makeRunFolder } from '../../src/launcher/run-folder.js';

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

test('a path too long for a socket is not used; folders of killed launchers are removed', (t) => {
  const long = join(t.testdir(), 'x'.repeat(100));
  mkdirSync(long);
  const { TMPDIR, XDG_RUNTIME_DIR } = process.env;
  t.teardown(() => Object.assign(process.env, { ...(TMPDIR && { TMPDIR }), XDG_RUNTIME_DIR }));
  process.env.XDG_RUNTIME_DIR = long;
  const folder = makeRunFolder('off', 3000);
  t.ok(Buffer.byteLength(folder.run.socket) <= 100);
  t.not(dirname(folder.path), long);
  // No process has that pid.
  const stale = join(dirname(folder.path), 'scooby-99999999-abcdef');
  mkdirSync(stale);
  makeRunFolder('off', undefined).remove();
  t.notOk(existsSync(stale));
  t.ok(existsSync(folder.path), 'the folder of a running launcher stays');
  folder.remove();
  t.end();
});

test('NODE_OPTIONS is appended and quoted as Node reads it', (t) => {
  const of = (NODE_OPTIONS: string | undefined, agent = '/a/agent.cjs') =>
    appEnvironment({ NODE_OPTIONS, OTHER: '1' }, agent, '/run');
  t.same(of(undefined), { OTHER: '1', NODE_OPTIONS: '--require "/a/agent.cjs"', SCOOBY_RUN: '/run' });
  t.equal(of('').NODE_OPTIONS, '--require "/a/agent.cjs"');
  t.equal(of('--no-warnings').NODE_OPTIONS, '--no-warnings --require "/a/agent.cjs"');
  t.equal(of('', '/a "b" \\c/agent.cjs').NODE_OPTIONS, '--require "/a \\"b\\" \\\\c/agent.cjs"');
  t.end();
});
