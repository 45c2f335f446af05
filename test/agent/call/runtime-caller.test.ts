/** Synchronous calls that load modules, and the agent's, are not the app's; those of its code and of libraries are. */

import { join } from 'node:path';
import { type Test, test } from 'tap';
import { nodes } from '../../nodes.js';
import { packageFile } from '../../packages.js';
import { ask, runRecorded } from '../app.js';

/** Makes the calls by which modules are found and read last longer than what is recorded. */
const SLOW = `
const fs = require('node:fs');
for (const name of ['readFileSync', 'statSync', 'realpathSync', 'existsSync', 'lstatSync', 'readdirSync']) {
  const original = fs[name];
  const slow = function () {
    const until = performance.now() + (globalThis.isSlow ? 6 : 0);
    while (performance.now() < until);
    return Reflect.apply(original, this, arguments);
  };
  fs[name] = Object.assign(slow, original);
}
require('node:module').syncBuiltinESMExports();
const { stringify } = JSON;
JSON.stringify = function () {
  const until = performance.now() + (globalThis.isSlow ? 6 : 0);
  while (performance.now() < until);
  return Reflect.apply(stringify, this, arguments);
};
`;

const APP = `
const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const engine = require('engine');
const bundled = "({ own: () => JSON.stringify({}), call: (work) => work() })";
const undici = require('node:vm').runInThisContext(bundled, 'node:internal/deps/undici/undici');
require.extensions['.text'] = (module, file) => {
  module.exports = readFileSync(file, 'utf8');
};
const routes = {
  '/require': () => require('./late.cjs'),
  '/package': () => require('late'),
  '/import': () => import('./late.mjs'),
  '/hook': () => require('./late.text'),
  '/typed': () => process.env.TYPED && import('./late.ts'),
  '/bundled': () => undici.own(),
  '/callback': () => undici.call(() => JSON.stringify({})),
  '/own': () => console.log(readFileSync(__filename).length),
  '/engine': () => engine.render(__filename),
  '/top': () => require('./top.cjs'),
  '/module': () => import('./top.mjs'),
  '/end': () => process.exit(),
};
const server = createServer(async ({ url }, response) => {
  globalThis.isSlow = true;
  await routes[url]();
  globalThis.isSlow = false;
  response.end();
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
`;

const FILES = {
  'slow.cjs': SLOW,
  'app.cjs': APP,
  'late.cjs': 'exports.x = 1;',
  'late.mjs': 'export const x = 1;',
  'late.ts': 'export const x: number = 1;',
  'late.text': 'text',
  'top.cjs': "require('node:fs').readFileSync(__filename);",
  'top.mjs': "import { readFileSync } from 'node:fs';\nreadFileSync(new URL(import.meta.url));",
  node_modules: {
    engine: { 'index.js': "exports.render = (file) => require('node:fs').readFileSync(file);" },
    late: { 'index.js': "require('node:fs').readFileSync(__filename);" },
  },
};

const ROUTES = [
  '/require',
  '/package',
  '/import',
  '/hook',
  '/typed',
  '/bundled',
  '/callback',
  '/own',
  '/engine',
  '/top',
  '/module',
];

async function check(t: Test, node: string, args: string[], env: NodeJS.ProcessEnv): Promise<void> {
  const folder = t.testdir(FILES);
  const drive = async (url: string) => {
    for (const route of ROUTES) await ask(url + route);
    await ask(`${url}/end`).catch(() => {});
  };
  const { traces, stderr } = await runRecorded([...args, 'app.cjs'], {
    ...{ node, cwd: folder, drive },
    env: { ...env, NODE_OPTIONS: `--require ${JSON.stringify(join(folder, 'slow.cjs'))}` },
  });
  const seen = ROUTES.flatMap((route) => {
    const blocks =
      traces.find(({ url }) => url === route)?.spans.filter(({ kind }) => kind === 'block') ?? [];
    return blocks.map(({ name, site }) => `${route} ${name.split(' ')[0]} ${site?.split('/').at(-1)}`);
  });
  const expected = [
    '/callback JSON.stringify app.cjs:17',
    '/own fs.readFileSync app.cjs:18',
    '/engine fs.readFileSync app.cjs:19',
    '/top fs.readFileSync top.cjs:1',
    '/module fs.readFileSync top.mjs:2',
  ];
  t.same(seen, expected, stderr);
}

for (const { path, version } of await nodes()) {
  test(`modules loaded under a request, Node ${version}`, (t) => check(t, path, [], {}));
  test(`modules loaded by a transpiler, Node ${version}`, (t) =>
    check(t, path, ['--import', packageFile('tsx/dist/loader.mjs')], { TYPED: '1' }));
}
