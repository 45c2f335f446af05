import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { nodes } from '../nodes.js';
import { npm } from '../programs.js';

const NO_BINDING = `const Module = require('node:module');
  const load = Module._extensions['.node'];
  Module._extensions['.node'] = (module, file) => {
    if (!file.includes('better_sqlite3')) return load(module, file);
    throw Object.assign(new Error('was compiled against a different Node.js version'), { code: 'ERR_DLOPEN_FAILED' });
  };`;
const MEMORY = 'memory, until scooby ends';
const BUILD = `npm --prefix ${dirname(createRequire(import.meta.url).resolve('better-sqlite3/package.json'))} run install`;
const REASON = `The SQLite module is not built for this Node (npm may have blocked its install script). Build it with \`${BUILD}\`, or use Node 22.13 or later.`;
const GOES_ON =
  'Until then requests are kept in memory only: scooby list, show and ui find them there while this runs.';

test('better-sqlite3 is not built: node:sqlite where Node has it, else memory and the command that builds it', async (t) => {
  const preload = join(t.testdir({ 'no-binding.cjs': NO_BINDING }), 'no-binding.cjs');
  const open = fileURLToPath(new URL('../../src/store/open.js', import.meta.url));
  for (const { version, path } of await nodes()) {
    const db = join(dirname(preload), `${version}.db`);
    const script = `import { openStore } from ${JSON.stringify(open)};
      for (const readonly of [false, true]) try {
        const store = await openStore({ db: ${JSON.stringify(db)}, cwd: '/', readonly }, console.log);
        console.log(store.place);
        store.close();
      } catch (error) { console.log(error.name, error.message) }`;
    const hasNone = version.startsWith('20.');
    // A reader finds a file that another version has written.
    if (hasNone) writeFileSync(db, '');
    const run = spawnSync(path, ['--require', preload, '--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    const want = hasNone ? `${REASON} ${GOES_ON}\n${MEMORY}\nStoreError ${REASON}\n` : `${db}\n${db}\n`;
    t.equal(run.stdout, want, `Node ${version}: ${run.stderr}`);
    t.equal(run.stderr, '', `Node ${version} warns of nothing`);
  }
});

test('the command runs the install script under ignore-scripts, also of npm 12', async (t) => {
  const folder = join(t.testdir(), 'node_modules/better-sqlite3');
  mkdirSync(folder, { recursive: true });
  const install = `node -e "require('fs').writeFileSync('built', '')"`;
  const manifest = { name: 'better-sqlite3', version: '1.0.0', scripts: { install } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  const [, ...words] = `npm --prefix ${folder} run install`.split(' ');
  await npm(words, '/', { npm_config_ignore_scripts: 'true' });
  t.ok(existsSync(join(folder, 'built')));
});
