import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { type Test, test } from 'tap';
import { instruments } from '../src/agent/instruments/index.cjs';
import { npm } from './programs.js';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
const MANIFEST = read('package.json');

test('what only tests use is in test/fixtures; every version is exact', (t) => {
  const fixtures: Record<string, string> = read('test/fixtures/package.json').dependencies;
  const inFolders = Object.entries(fixtures).filter(([, version]) => version.startsWith('file:./'));
  t.same(inFolders, [
    ['@mikro-orm/sql', 'file:./none'],
    ['majors', 'file:./majors'],
  ]);
  const only = Object.fromEntries(
    Object.entries(fixtures).filter(([, version]) => !version.startsWith('file:')),
  );
  const majors: Record<string, string> = read('test/fixtures/majors/package.json').dependencies;
  const root: Record<string, string> = { ...MANIFEST.optionalDependencies, ...MANIFEST.devDependencies };
  const all = [...Object.entries(root), ...Object.entries(only), ...Object.entries(majors)];
  t.same(
    // Each release of DuckDB's packages has a number behind the version of DuckDB; Sequelize 7 is an alpha.
    all.filter(([, version]) => !/^(?:npm:.+@)?\d+\.\d+\.\d+(?:-(?:r|alpha)\.\d+)?$/.test(version)),
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
    'dist/badge.js',
    'dist/check-instrument.cjs',
    'man/scooby.1',
    ...['dist/api.cjs', 'dist/api.mjs', 'dist/api-noop.cjs', 'dist/api-noop.mjs'],
    ...['dist/api.d.cts', 'dist/api.d.mts'],
  ];
  t.same(
    expected.filter((file) => !files.includes(file)),
    [],
  );
  t.same(
    files.filter(
      (file) =>
        !expected.includes(file) &&
        !/^(dist\/(?:page|extension)\/[\w.-]+|dist\/chunks\/[\w-]+\.js|docs\/[\w-]+\.md|docs\/pictures\/[\w-]+\.(?:svg|webp))$/.test(
          file,
        ),
    ),
    [],
  );
  // Where it can be neither downloaded nor compiled, the installation goes on without it.
  t.same(Object.keys(MANIFEST.optionalDependencies), ['better-sqlite3']);
  t.equal(MANIFEST.dependencies, undefined);
});

test('the page is at most 150 kB on its way', (t) => {
  const folder = join(ROOT, 'dist/page');
  const sizes = readdirSync(folder).map((name) => gzipSync(readFileSync(join(folder, name))).length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  t.ok(total <= 150_000, `${total} bytes, compressed`);
  t.end();
});

test('what is packed links only to what is packed', async (t) => {
  const said = await npm(['pack', '--ignore-scripts', '--dry-run', '--json'], ROOT);
  const files: string[] = JSON.parse(said)[0].files.map(({ path }: { path: string }) => path);
  const missing = files
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8');
      const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link!);
      return links
        .filter((link) => !files.includes(join(file, '..', link)))
        .map((link) => `${file}: ${link}`);
    });
  t.same(missing, []);
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
  await useApi(t, folder);
});

/** The API of the installed package: its types, imported, required, and bundled. */
async function useApi(t: Test, folder: string): Promise<void> {
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const use =
    "scooby.log.warn('said'); console.log(scooby.span('x', () => 1), await span('y', { kind: 'k' }, async () => 2));";
  write('esm.mts', `import scooby, { log, span } from 'scooby'; log('a'); ${use}`);
  write('cjs.cts', `import scooby = require('scooby'); const { span } = scooby; (async () => { ${use} })();`);
  write(
    'wrong.mts',
    "import { span } from 'scooby'; span(1, () => 1); export const n: string = span('x', () => 1);",
  );
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const options = [
    '--ignoreConfig',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--types',
    'node',
  ];
  const roots = ['--typeRoots', join(ROOT, 'node_modules/@types')];
  const run = (...args: string[]) => promisify(execFile)(process.execPath, args, { cwd: folder });
  await run(tsc, ...options, ...roots, 'esm.mts', 'cjs.cts');
  const wrong = run(tsc, ...options, ...roots, '--noEmit', 'wrong.mts').catch(({ stdout }) => stdout);
  t.match(await wrong, /^wrong\.mts\(1,37\)[\s\S]*wrong\.mts\(1,\d\d\)/);
  for (const file of ['esm.mjs', 'cjs.cjs']) {
    t.equal((await run(file)).stdout, '1 2\n', file);
    for (const platform of ['node', 'browser'] as const) {
      const outfile = join(folder, `${platform}-${file}.mjs`);
      const { metafile } = await build({
        ...{ entryPoints: [join(folder, file)], outfile, bundle: true, format: 'esm', metafile: true },
        ...{ platform, logLevel: 'silent' },
      });
      t.equal((await run(outfile)).stdout, '1 2\n', outfile);
      t.match(
        Object.keys(metafile.inputs)[0],
        platform === 'node' ? /dist\/api\.mjs$/ : /dist\/api-noop\.[cm]js$/,
      );
    }
  }
}

test('the coverage of Node’s test runner leaves the agent out', (t) => {
  const folder = t.testdir({
    'own.cjs': 'exports.used = () => 1;\nexports.unused = () => {\n  return 2;\n};\n',
    'own.test.cjs': "require('node:test').test('a', () => require('./own.cjs').used());\n",
  });
  const args = ['--require', join(ROOT, 'dist/agent.cjs'), '--test', '--experimental-test-coverage'];
  const env = { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined, NODE_V8_COVERAGE: undefined };
  const { stdout } = spawnSync(process.execPath, [...args, '--test-reporter=tap', 'own.test.cjs'], {
    ...{ cwd: folder, env, encoding: 'utf8' },
  });
  t.match(stdout, /own\.cjs +\|/);
  const agent = stdout.split('\n').filter((line) => line.includes('agent.cjs'));
  t.same(
    agent.filter((line) => !/\| 100\.00 \| +100\.00 \| +100\.00 \|/.test(line)),
    [],
  );
  t.end();
});

test('nothing else can be imported from the package', (t) => {
  t.same(Object.keys(MANIFEST.exports), ['.', './package.json']);
  t.end();
});
