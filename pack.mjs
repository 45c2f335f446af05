/**
 * The package as a tarball from a clean clone: `node pack.mjs`. Installs what is bundled, in a temporary
 * folder, and leaves out what only tests and types need, which `npm ci` is for.
 */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = import.meta.dirname;

/** What no bundle holds: another name of this kind only makes the installation longer. */
const NOT_BUNDLED = [
  /^@types\//,
  /^@biomejs\/biome$/,
  /^@modelcontextprotocol\/client$/,
  /^@xterm\/headless$/,
  /^axe-core$/,
  /^c8$/,
  /^fast-check$/,
  /^process-on-spawn$/,
  /^puppeteer-core$/,
  /^string-width$/,
  /^tap$/,
  /^typescript$/,
];
const COPIED = ['bin', 'src', 'types', 'docs', 'build.mjs', 'ink-painter.mjs', 'package-lock.json'].concat([
  'react-dom-module.mjs',
  'tsconfig.json',
  'tsconfig.web.json',
  'README.md',
  'LICENSE',
]);

const folder = mkdtempSync(join(tmpdir(), 'scooby-pack-'));
try {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  const bundled = Object.entries(manifest.devDependencies).filter(
    ([name]) => !NOT_BUNDLED.some((pattern) => pattern.test(name)),
  );
  // SQLite's binding, which is the package's one dependency, is not bundled either.
  const slim = { ...manifest, optionalDependencies: {}, devDependencies: Object.fromEntries(bundled) };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(slim));
  // npm keeps the versions of the lock file, and installs nothing else of it.
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  run(process.execPath, ['build.mjs', '--bundles']);
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  run('npm', ['pack', '--ignore-scripts', '--loglevel=error', '--pack-destination', ROOT]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(program, args) {
  const { status } = spawnSync(program, args, {
    cwd: folder,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    process.exit(status ?? 1);
  }
}
