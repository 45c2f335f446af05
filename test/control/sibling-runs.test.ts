import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { type RunRecord, registerRunRecord } from '../../src/control/registry.js';
import { parentKey, watchSiblings } from '../../src/control/sibling-runs.js';
import type { PeerAddresses } from '../../src/domain/link.js';
import { until } from '../scooby.js';

test('all runs of a user’s database have one key, those of another database another', (t) => {
  const folder = join(t.testdir(), 'state/scooby');
  const key = parentKey('/srv/a.db', folder);
  t.equal(parentKey('/srv/a.db', folder), key);
  t.not(parentKey('/srv/b.db', folder), key);
  t.match(key, /^[\w-]{43}$/);
  t.same(readdirSync(folder), ['parent.key']);
  t.equal(statSync(join(folder, 'parent.key')).mode & 0o777, 0o600);
  t.end();
});

test('a key that others can write, or that is cut, is not used, nor changed', (t) => {
  const open = t.testdir({ 'parent.key': 'x'.repeat(32) });
  chmodSync(join(open, 'parent.key'), 0o666);
  t.not(parentKey('/srv/a.db', open), parentKey('/srv/a.db', open));
  const cut = join(open, 'cut');
  mkdirSync(cut);
  writeFileSync(join(cut, 'parent.key'), 'short', { mode: 0o600 });
  t.not(parentKey('/srv/a.db', cut), parentKey('/srv/a.db', cut));
  t.equal(statSync(join(cut, 'parent.key')).size, 5);
  t.end();
});

test('without a folder that can be written, a run has a key of its own', (t) => {
  const folder = join(t.testdir({ file: '' }), 'file/below');
  t.not(parentKey('/srv/a.db', folder), parentKey('/srv/a.db', folder));
  t.end();
});

function aRun(t: Test) {
  const folder = t.testdir({ ctrl: '' });
  const runRecord = (more: Partial<RunRecord>): RunRecord => ({
    ...{ id: 'own', pid: process.pid, socket: join(folder, 'ctrl'), token: 'secret' },
    ...{ command: ['npm', 'start'], project: '/srv/shop', started: 1 },
    ...more,
  });
  return { database: join(folder, 'scooby.db'), runRecord };
}

test('a run hears where the apps and proxies of the others are, until it ends', async (t) => {
  const { database, runRecord } = aRun(t);
  const own = registerRunRecord(database, runRecord({ servers: { ports: [1] } }));
  let heard: PeerAddresses | undefined;
  const stop = watchSiblings(database, 'own', (addresses) => {
    heard = addresses;
  });
  t.same(heard, { ports: [], paths: [] });
  const other = registerRunRecord(database, runRecord({ id: 'other', pid: process.ppid }));
  other.update({ servers: { ports: [3000, 3001], paths: ['/run/app.sock'] } });
  other.update({ url: 'http://localhost:4000' });
  await until(() => heard?.ports.includes(4000), 'the proxy of the other run');
  t.same(heard, { ports: [4000, 3000, 3001], paths: ['/run/app.sock'] });
  other.update({ keptIn: 'memory' });
  await until(() => heard?.ports.length === 0, 'what is kept apart to be left out');
  other.update({ keptIn: 'shared' });
  await until(() => heard?.ports.length === 3, 'it again');
  other.remove();
  await until(() => heard?.ports.length === 0, 'the end of the other run');
  stop();
  own.remove();
});
