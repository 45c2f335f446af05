import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { listenAtPath } from '../../src/collector/local-socket.js';
import { identityOf, type LauncherIdentity } from '../../src/launcher/launcher-identity.js';
import { removeStaleFolders, writeMarker } from '../../src/launcher/stale-folders.js';

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
  writeFileSync(join(starting, 'scooby-launcher.json'), JSON.stringify(ENDED));
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
