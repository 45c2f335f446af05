/** `scooby doctor` on generated projects. */

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Test, test } from 'tap';
import { checkNode } from '../../../src/cli/doctor/diagnosis.js';
import { installedCopies, isOnlyOf, projectFolders } from '../../../src/cli/doctor/installed-packages.js';
import { isWithin } from '../../../src/cli/doctor/version-range.js';
import { PROGRAM, ROOT } from '../../scooby.js';

/** Outside the checkout, whose packages Node would find from inside it. */
function emptyFolder(t: Test): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'scooby-test-')));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

function write(folder: string, files: Record<string, string | object>): string {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

function doctor(cwd: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, NODE_OPTIONS: '', XDG_STATE_HOME: join(cwd, 'state') };
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, 'doctor', ...args], { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

const pkg = (version: string) => ({ version });

test('a project, its workspaces and its bundle', async (t) => {
  const folder = write(emptyFolder(t), {
    'package.json': {
      workspaces: ['packages/*'],
      scripts: { start: 'node dist/server.js' },
      dependencies: { oracledb: '6', jimp: '1', stripe: '1', sails: '1', 'not-installed': '1' },
      devDependencies: { puppeteer: '1' },
    },
    'node_modules/oracledb/package.json': pkg('6.9.0'),
    'node_modules/jimp/package.json': pkg('1.6.0'),
    'node_modules/stripe/package.json': pkg('19.0.0'),
    'node_modules/puppeteer/package.json': pkg('24.0.0'),
    'node_modules/sails/package.json': pkg('1.5.0'),
    'node_modules/pg/package.json': pkg('8.23.1'),
    'node_modules/mysql2/package.json': pkg('9.0.0'),
    'node_modules/knex/package.json': pkg('3.3.0'),
    'node_modules/kysely/package.json': pkg('0.30.9'),
    'packages/web/package.json': { name: 'web' },
    'packages/web/node_modules/express/package.json': pkg('4.22.1'),
    'dist/server.js':
      'var require_client = __commonJS({ "node_modules/pg/lib/client.js"() {}, "node_modules/knex/lib/client.js"() {} });',
  });
  const { code, stdout } = await doctor(folder, '--json', '--', 'npm', 'run', 'start');
  const diagnosis = JSON.parse(stdout);
  t.equal(code, 1, 'a bundled driver can be fixed');
  t.equal(diagnosis.folders, 2);
  t.same(
    diagnosis.libraries.map(({ name, version, kind, grade, text }: Record<string, string>) =>
      [grade, name, version, kind, text?.replace(folder, '.')].join(' | '),
    ),
    [
      'good | pg | 8.23.1 | sql | patched',
      'note | mysql2 | 9.0.0 | sql | patched, but only tested with >=2 <4: calls may be missing',
      'good | express | 4.22.1 | route | patched',
      'good | knex | 3.3.0 | line | its calls show the line of the app',
      'note | kysely | 0.30.9 | line | its calls show the line of the app, but only tested with >=0.27 <0.30: lines may be missing',
      'note | oracledb | 6.9.0 |  | its calls are not shown: no instrument covers oracledb; docs/instruments.md says how to write one',
      'good | stripe | 19.0.0 | http | its calls are shown as the HTTP requests that they are',
      'note | jimp | 1.6.0 |  | its work is not named: "watch" in scooby.config.json does (docs/instruments.md)',
      'note | sails | 1.5.0 | route | its requests are shown by their paths: scooby does not know its routes',
      'bad | pg |  |  | is inside ./dist/server.js, where it cannot be seen; leave it out of the bundle: esbuild --external:pg, or externals of webpack and rollup',
    ],
  );
  t.match(diagnosis.store, { grade: 'good', text: /scooby\.db, created with the first request\.$/ });
  const plain = await doctor(folder);
  t.equal(plain.code, 0, 'without the command the bundle is not inspected');
  t.match(plain.stdout, /✓ {2}pg +8\.23\.1 +sql +patched\n/);
  t.match(plain.stdout, /Project .*, 2 packages: 7 libraries that scooby knows, 2 that it does not record\n/);
});

test('ORMs, by version: whether their calls show the line of the app', async (t) => {
  const folder = write(emptyFolder(t), {
    'package.json': {},
    'node_modules/knex/package.json': pkg('0.19.5'),
    'node_modules/sequelize/package.json': pkg('3.35.1'),
    'node_modules/typeorm/package.json': pkg('0.2.45'),
    'node_modules/pg-promise/package.json': pkg('11.15.0'),
    'node_modules/mongoose/package.json': pkg('9.0.0'),
  });
  const { libraries } = JSON.parse((await doctor(folder, '--json')).stdout);
  t.same(
    libraries.map(({ name, version, kind, grade, text }: Record<string, string>) =>
      [grade, name, version, kind, text].join(' | '),
    ),
    [
      'good | knex | 0.19.5 | line | its calls show the line of the app',
      'note | sequelize | 3.35.1 | line | its calls show the line of the app only with >=4 <7: this version is older, and lines are missing',
      'good | typeorm | 0.2.45 | line | its calls show the line of the app',
      'good | mongoose | 9.0.0 | line | its calls show the line of the app',
      'good | pg-promise | 11.15.0 | line | its calls show the line of the app',
    ],
  );
});

test('a database that cannot be written', async (t) => {
  const folder = write(emptyFolder(t), { 'package.json': {}, state: 'a file where a folder should be' });
  const { code, stdout } = await doctor(folder, '--json', '--db', '/dev/null/scooby.db');
  t.equal(code, 1);
  t.match(JSON.parse(stdout).store, { grade: 'bad', text: /kept in memory only/ });
});

test("scooby's own SQLite binding is not the app's, unless the app or another package asks for it", async (t) => {
  const name = 'better-sqlite3';
  const asking = { dependencies: { [name]: '12' } };
  const copyIn = (files: Record<string, object>) => {
    const folder = write(emptyFolder(t), {
      'package.json': { devDependencies: { scooby: '1' } },
      'node_modules/scooby/package.json': { name: 'scooby', ...asking },
      [`node_modules/${name}/package.json`]: pkg('12.1.0'),
      'node_modules/@scope/other/package.json': {},
      ...files,
    });
    const [copy] = installedCopies([folder], name);
    return isOnlyOf(join(folder, 'node_modules/scooby'), copy!, [folder]);
  };
  t.equal(copyIn({}), true);
  t.equal(copyIn({ 'package.json': asking }), false);
  t.equal(copyIn({ 'node_modules/@scope/other/package.json': asking }), false);
  t.equal(copyIn({ [`node_modules/scooby/node_modules/${name}/package.json`]: pkg('12.0.0') }), false);

  const folder = write(emptyFolder(t), { 'package.json': {}, 'node_modules/pg/package.json': pkg('8.23.1') });
  symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  const { stdout } = await doctor(folder);
  t.match(stdout, /: 1 library that scooby knows\n/);
  t.notMatch(stdout, name);
});

test('grades of Node versions', async (t) => {
  const grades = [
    'v18.20.0',
    'v20.20.2',
    'v22.22.2',
    'v22.22.3',
    'v24.11.0',
    'v24.11.1',
    'v25.0.0',
    'v26.0.0',
  ];
  t.same(
    grades.map((version) => checkNode(version).grade),
    ['bad', 'good', 'note', 'good', 'note', 'good', 'note', 'good'],
  );
  t.match(checkNode('v22.22.2').text, /v22\.22\.3 has better ones/, 'a warning says what to do');
});

test('version ranges', async (t) => {
  t.equal(isWithin('8.23.1', '>=8 <9'), true);
  t.equal(isWithin('9.0.0', '>=8 <9'), false);
  t.equal(isWithin('7.9.9', '>=8 <9'), false);
  t.equal(isWithin('8.0.0-beta.1', '>=8'), true);
  t.equal(isWithin('', '*'), true);
  t.equal(isWithin('unknown', '>=8'), false);
});

test('workspaces of pnpm', async (t) => {
  const folder = write(emptyFolder(t), {
    'pnpm-workspace.yaml': "packages:\n  - 'apps/*'\n  - \"tools\"\n  - '!apps/old'\ncatalog:\n  pg: 8\n",
    'apps/api/package.json': {},
    'tools/package.json': {},
  });
  t.same(projectFolders(folder), [folder, join(folder, 'apps/api'), join(folder, 'tools')]);
});

test("Yarn's Plug'n'Play, which has no node_modules", async (t) => {
  const state = {
    packageRegistryData: [
      [null, [[null, { packageLocation: './' }]]],
      [
        'pg',
        [
          ['npm:8.23.1', { packageLocation: '.yarn/cache/pg.zip/node_modules/pg/' }],
          ['virtual:2bbf#npm:8.23.1', { packageLocation: '.yarn/__virtual__/pg-virtual-2bbf/1/pg.zip/' }],
        ],
      ],
      ['@hono/node-server', [["virtual:a'b#npm:2.1.8", { packageLocation: 'x/' }]]],
      ['mysql2', [['npm:9.0.0', { packageLocation: 'x/' }]]],
    ],
  };
  // Escaped as Yarn writes it.
  const text = JSON.stringify(state, null, 2)
    .replace(/\\/g, '\\\\')
    .replace(/'/g, "\\'")
    .replace(/\n/g, '\\\n');
  const pnp = `#!/usr/bin/env node\n"use strict";\n\nconst RAW_RUNTIME_STATE =\n'${text}';\n\nfunction $$SETUP_STATE() {}\n`;
  for (const files of [{ '.pnp.cjs': pnp }, { '.pnp.cjs': '', '.pnp.data.json': state }]) {
    const folder = write(emptyFolder(t), { 'package.json': {}, ...files });
    const { stdout } = await doctor(folder, '--json');
    t.same(
      JSON.parse(stdout).libraries.map(({ name, version, grade }: Record<string, string>) => [
        grade,
        name,
        version,
      ]),
      [
        ['good', 'pg', '8.23.1'],
        ['note', 'mysql2', '9.0.0'],
      ],
    );
  }
});

test('instruments of the project, and what keeps one of them from recording', async (t) => {
  const folder = write(emptyFolder(t), {
    'package.json': {},
    'node_modules/@acme/search/package.json': pkg('1.2.3'),
    'node_modules/@acme/search/index.js': 'exports.find = () => 1;',
    'scooby/search.cjs':
      "console.log('loud'); setInterval(() => {}, 1000); module.exports = { apiVersion: 1, library: '@acme/search', versions: '>=2 <3', kind: 'search', files: { '@acme/search/index.js'() {} } };",
    'scooby/broken.cjs': "throw new Error('half written');",
    'scooby.config.json': {
      instruments: ['./scooby/search.cjs', './scooby/broken.cjs'],
      watch: [
        { module: '@acme/search', export: 'find', kind: 'search' },
        { module: './src/gone.js', export: 'go' },
      ],
    },
  });
  const { code, stdout } = await doctor(folder, '--json');
  const { instruments, libraries } = JSON.parse(stdout);
  t.equal(code, 1);
  t.same(
    instruments.map(({ grade, text }: Record<string, string>) => `${grade} | ${text}`),
    [
      'good | 2 files and 2 watched functions: @acme/search (search)',
      'bad | ./scooby/broken.cjs: half written',
      `bad | ./src/gone.js: go: cannot be found from ${folder}`,
    ],
  );
  t.same(
    libraries.map(({ grade, name, kind, text }: Record<string, string>) =>
      [grade, name, kind, text].join(' | '),
    ),
    ['note | @acme/search | search | patched, but only tested with >=2 <3: calls may be missing'],
  );
  const plain = await doctor(folder);
  t.match(plain.stdout, '✗ Own      ./scooby/broken.cjs: half written\n');
  write(folder, { 'scooby/search.cjs': 'process.exit(3)' });
  const { instruments: lost } = JSON.parse((await doctor(folder, '--json')).stdout);
  t.match(lost, [{ grade: 'bad', text: /^they cannot be loaded: / }]);
});

test('what a command names and is not there', async (t) => {
  const folder = write(emptyFolder(t), {
    'package.json': { scripts: { dev: 'node app.js' } },
    'app.js': '',
    'lib/index.js': '',
    'node_modules/.bin/vite': '',
  });
  const starts = async (...command: string[]) => {
    const { code, stdout } = await doctor(folder, '--json', '--', ...command);
    return [
      code,
      ...JSON.parse(stdout).start.map(({ grade, text }: Record<string, string>) => `${grade} ${text}`),
    ];
  };
  t.same(await starts('nope'), [1, 'bad nope: command not found']);
  t.same(await starts('./nope', 'app.js'), [1, 'bad ./nope: command not found']);
  t.same(await starts('vite', 'dev'), [
    1,
    'bad vite: command not found; it is in node_modules/.bin: npx vite …',
  ]);
  t.same(await starts('node', 'nope.js'), [1, `bad nope.js: there is no such file in ${folder}`]);
  t.same(await starts('npm', 'run', 'nope'), [1, `bad ${folder}/package.json has no script "nope"`]);
  for (const command of [
    'node app.js',
    'node app',
    'node lib',
    'node -r x app.js',
    'node inspect app.js',
    'npm run dev',
  ])
    t.same(await starts(...command.split(' ')), [0], command);
});
