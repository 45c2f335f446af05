import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'tap';
import { instruments } from '../src/agent/instruments/index.cjs';
import { npm } from './programs.js';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
const MANIFEST = read('package.json');

test('what only tests use is in test/fixtures; every version is exact', (t) => {
  const only: Record<string, string> = read('test/fixtures/package.json').dependencies;
  const root: Record<string, string> = { ...MANIFEST.dependencies, ...MANIFEST.devDependencies };
  const all = [...Object.entries(root), ...Object.entries(only)];
  t.same(
    all.filter(([, version]) => !/^(?:npm:.+@)?\d+\.\d+\.\d+$/.test(version)),
    [],
  );
  t.same(
    Object.keys(root).filter((name) => name in only),
    [],
  );
  const instrumented = instruments.map(({ library }) => library).filter((name) => name !== 'better-sqlite3');
  t.same(
    instrumented.filter((name) => name in root),
    [],
  );
  t.end();
});

test('nothing runs when the package is installed, packed or made from its repository', (t) => {
  const hooks = [
    'preinstall',
    'install',
    'postinstall',
    'prepublish',
    'preprepare',
    'prepare',
    'postprepare',
  ];
  t.same(
    hooks.filter((hook) => hook in MANIFEST.scripts),
    [],
  );
  t.end();
});

test('the package has what it needs to run, and nothing else', async (t) => {
  const said = await npm(['pack', '--ignore-scripts', '--dry-run', '--json'], ROOT);
  const files: string[] = JSON.parse(said)[0].files.map(({ path }: { path: string }) => path);
  const expected = [
    'LICENSE',
    'README.md',
    'package.json',
    'dist/scooby.js',
    'dist/agent.cjs',
    'dist/api.cjs',
  ];
  t.same(
    expected.filter((file) => !files.includes(file)),
    [],
  );
  t.same(
    files.filter(
      (file) => !expected.includes(file) && !/^(dist\/chunks\/[\w-]+\.js|docs\/[\w-]+\.md)$/.test(file),
    ),
    [],
  );
  t.same(Object.keys(MANIFEST.dependencies), ['better-sqlite3']);
});

test('the package installs and runs elsewhere', async (t) => {
  const folder = t.testdir({ 'package.json': '{"private": true}' });
  const said = await npm(['pack', '--ignore-scripts', '--json', '--pack-destination', folder], ROOT);
  const [{ filename }] = JSON.parse(said);
  const manifest = {
    private: true,
    dependencies: { scooby: `file:${filename}` },
    // The one that has been compiled already; and nothing is asked of the network.
    overrides: { 'better-sqlite3': `file:${join(ROOT, 'node_modules/better-sqlite3')}` },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  await npm(['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund'], folder);

  const scooby = async (...args: string[]) => {
    const env = { ...process.env, SCOOBY_DB: join(folder, 'db') };
    return promisify(execFile)(join(folder, 'node_modules/.bin/scooby'), args, { cwd: folder, env });
  };
  t.equal((await scooby('--version')).stdout, `${MANIFEST.version}\n`);
  const help = (await scooby('--help')).stdout;
  for (const command of ['run', 'list', 'show']) t.match(help, new RegExp(`^  ${command} `, 'm'));
  t.equal((await scooby('run', '--', 'node', '-p', '6 * 7')).stdout, '42\n');
  t.ok(existsSync(join(folder, 'db')), 'better-sqlite3 was found');
});
