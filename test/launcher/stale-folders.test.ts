import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { listenAtPath } from '../../src/collector/local-socket.js';
import { identityOf, type LauncherIdentity } from '../../src/launcher/launcher-identity.js';
import { removeStaleFolders, writeMarker } from '../../src/launcher/stale-folders.js';
import { until } from '../scooby.js';

// No process has that pid.
const ENDED: LauncherIdentity = { ...identityOf(process.pid), pid: 99999999, started: '1' };

function temporaryFolder(t: Test): string {
  const base = mkdtempSync(join(tmpdir(), 'stale-'));
  t.teardown(() => rmSync(base, { recursive: true }));
  return base;
}

/** A run folder that was marked an hour ago, by this process or by another launcher. */
function runFolder(base: string, name: string, launcher?: LauncherIdentity): string {
  const folder = join(base, name);
  mkdirSync(folder);
  writeMarker(folder);
  const marker = join(folder, 'scooby-launcher.json');
  if (launcher !== undefined) writeFileSync(marker, JSON.stringify(launcher));
  const hourAgo = Date.now() / 1000 - 3600;
  utimesSync(marker, hourAgo, hourAgo);
  return folder;
}

test('removed: marked, of this user, and the launcher is gone or its pid is another process', async (t) => {
  const base = temporaryFolder(t);
  const own = identityOf(process.pid);
  const stale = [
    runFolder(base, 'scooby-99999999-abcdef', ENDED),
    runFolder(base, 'scooby-1-reused', { ...own, started: '1' }),
    runFolder(base, 'scooby-2-container', { ...own, namespace: 'pid:[1]' }),
  ];
  await removeStaleFolders(base);
  t.same(stale.map(existsSync), [false, false, false]);
});

test('kept: whatever is not known to be the folder of an ended launcher', async (t) => {
  const base = temporaryFolder(t);
  const elsewhere = runFolder(base, 'not-ours', ENDED);
  const notes = join(base, 'scooby-99999999-notes');
  mkdirSync(notes);
  const spoilt = runFolder(base, 'scooby-99999999-spoilt', ENDED);
  writeFileSync(join(spoilt, 'scooby-launcher.json'), '{"pid":');
  symlinkSync(elsewhere, join(base, 'scooby-99999999-link'));
  writeFileSync(join(base, 'scooby-99999999-file'), '');
  const running = runFolder(base, 'scooby-1-running');
  const otherBoot = runFolder(base, 'scooby-99999999-boot', { ...ENDED, boot: 'another' });
  const starting = join(base, 'scooby-99999999-starting');
  mkdirSync(starting);
  writeFileSync(join(starting, 'scooby-launcher.json'), JSON.stringify({ ...ENDED, namespace: 'pid:[1]' }));
  const kept = [elsewhere, notes, spoilt, join(base, 'scooby-99999999-link'), running, otherBoot, starting];
  await removeStaleFolders(base);
  t.same(
    kept.filter((path) => !existsSync(path)),
    [],
  );
  t.ok(existsSync(join(base, 'scooby-99999999-file')));
});

test('kept: a launcher of another pid namespace that still listens', async (t) => {
  const base = temporaryFolder(t);
  const folder = runFolder(base, 'scooby-7-container', { ...ENDED, namespace: 'pid:[1]' });
  const server = createServer((socket) => socket.destroy());
  await listenAtPath(server, join(folder, 'link'));
  await removeStaleFolders(base);
  t.ok(existsSync(folder));
  server.close();
});

test('a folder of another user is kept', { skip: process.getuid?.() !== 0 && 'needs root' }, async (t) => {
  const base = temporaryFolder(t);
  const folder = runFolder(base, 'scooby-99999999-foreign', ENDED);
  const { chownSync } = await import('node:fs');
  chownSync(folder, 12345, 12345);
  await removeStaleFolders(base);
  t.ok(existsSync(folder));
});

/** A run folder of an ended launcher, which kept its requests in a database. */
function folderWithRequests(base: string, name: string, database: string): string {
  const folder = runFolder(base, name, ENDED);
  const run = { key: 'a', start: 1, command: 'node a.js' };
  writeFileSync(join(folder, 'recorded-run.json'), JSON.stringify({ database, project: '/', run }));
  return folder;
}

test('requests of the same database are recovered first, from a folder that is this process’s', async (t) => {
  const base = temporaryFolder(t);
  const folder = folderWithRequests(base, 'scooby-99999999-abcdef', '/a.db');
  const other = folderWithRequests(base, 'scooby-99999999-other', '/b.db');
  const seen: unknown[] = [];
  const recover = (claimed: string, { database }: { database: string }) => {
    const { pid, attempts } = JSON.parse(readFileSync(join(claimed, 'scooby-launcher.json'), 'utf8'));
    seen.push([existsSync(folder), pid === process.pid, attempts, database]);
  };
  await removeStaleFolders(base, { database: '/a.db', recover });
  await removeStaleFolders(base, { database: '/a.db', recover });
  t.same(seen, [[false, true, 1, '/a.db']], 'once');
  t.ok(existsSync(other), 'another database’s are left to its next start');
});

test('removed: requests of another database after a day, and what three recoveries did not survive', async (t) => {
  const base = temporaryFolder(t);
  const old = folderWithRequests(base, 'scooby-99999999-old', '/b.db');
  const yesterday = Date.now() / 1000 - 25 * 3600;
  utimesSync(join(old, 'scooby-launcher.json'), yesterday, yesterday);
  const poisoned = folderWithRequests(base, 'scooby-99999999-poison', '/a.db');
  writeFileSync(join(poisoned, 'scooby-launcher.json'), JSON.stringify({ ...ENDED, attempts: 3 }));
  const recover = () => t.fail('is not recovered');
  await removeStaleFolders(base, { database: '/a.db', recover });
  t.same([existsSync(old), existsSync(poisoned)], [false, false]);
});

test('removed: the launcher has ended, and its parent takes no note of it', async (t) => {
  const base = temporaryFolder(t);
  const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60']);
  t.teardown(() => parent.kill());
  const [pid] = (await once(parent.stdout, 'data')).map(Number) as [number];
  const stat = () => readFileSync(`/proc/${pid}/stat`, 'utf8');
  await until(() => stat().includes(') Z '), 'a zombie');
  const folder = runFolder(base, 'scooby-1-zombie', identityOf(pid));
  await removeStaleFolders(base);
  t.notOk(existsSync(folder));
});
