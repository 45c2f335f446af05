/** The command that tells where the DevTools panel is. */

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { test } from 'tap';
import { copyForFirefox, firefoxManifest } from '../../../src/cli/commands/extension.js';
import { PROGRAM, ROOT } from '../../scooby.js';

const FOLDER = join(ROOT, 'dist/extension');

test('it prints the folder, and how a browser loads it', (t) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [PROGRAM, 'extension'], {
    encoding: 'utf8',
  });
  t.equal(status, 0);
  t.equal(stdout, `${FOLDER}\n`);
  t.match(stderr, /chrome:\/\/extensions → Developer mode → Load unpacked/);
  t.end();
});

test('for Firefox a copy with an id, made anew each time', (t) => {
  const env = { ...process.env, XDG_STATE_HOME: t.testdir() };
  const { stdout } = spawnSync(process.execPath, [PROGRAM, 'extension', '--firefox'], {
    encoding: 'utf8',
    env,
  });
  const { browser_specific_settings: settings, ...rest } = JSON.parse(readFileSync(stdout.trim(), 'utf8'));
  t.same(settings, {
    gecko: {
      ...{ id: 'scooby@localhost', strict_min_version: '128.0' },
      data_collection_permissions: { required: ['none'] },
    },
  });
  t.same(rest, JSON.parse(readFileSync(join(FOLDER, 'manifest.json'), 'utf8')));
  const copy = copyForFirefox(FOLDER, join(t.testdir(), 'a/b'));
  t.same(readdirSync(copy), readdirSync(FOLDER));
  t.same(firefoxManifest({ name: 'a' }), { name: 'a', browser_specific_settings: settings });
  t.end();
});

test('the extension is small, asks for little, and has what it names', (t) => {
  const files = readdirSync(FOLDER);
  const size = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(FOLDER, file))).length, 0);
  t.ok(size <= 150 * 1024, `${size}`);
  const manifest = JSON.parse(readFileSync(join(FOLDER, 'manifest.json'), 'utf8'));
  t.same(manifest.permissions, ['declarativeNetRequestWithHostAccess']);
  t.same(manifest.host_permissions, ['*://localhost/*', '*://127.0.0.1/*']);
  t.equal(manifest.version, JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version);
  const pages = files.filter((file) => file.endsWith('.html'));
  const named = pages.flatMap((page) =>
    [...readFileSync(join(FOLDER, page), 'utf8').matchAll(/(?:src|href)="([^"]+)"/g)].map(
      ([, file]) => file!,
    ),
  );
  t.same(
    [manifest.devtools_page, ...named].filter((file) => !existsSync(join(FOLDER, file))),
    [],
  );
  t.end();
});
