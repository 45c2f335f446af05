/**
 * Layouts of package managers: pnpm's links into its store, Yarn Plug'n'Play without node_modules.
 */

import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { type Test, test } from 'tap';
import { type Node, nodesInTurn } from '../nodes.js';
import { FIXTURES, packageFile, requirePackage } from '../packages.js';
import { ask, runRecorded } from './app.js';

interface PlugAndPlay {
  generateInlinedScript(settings: object): string;
  getESMLoaderTemplate(): string;
}

const { generateInlinedScript, getESMLoaderTemplate }: PlugAndPlay = requirePackage('@yarnpkg/pnp');

/** App that responds with its error: nothing listens at port 1, and the call is recorded anyway. */
const serving = (http: string, pg: string) => `${http}${pg}
const pool = new pg.Pool({ host: '127.0.0.1', port: 1 });
const server = createServer(async (request, response) => {
  if (request.url === '/end') server.close();
  else await pool.query('select 1').catch(() => {});
  response.end();
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
`;
const FILES = {
  'app.cjs': serving("const { createServer } = require('node:http');\n", "const pg = require('pg');"),
  'app.mjs': serving("import { createServer } from 'node:http';\n", "import pg from 'pg';"),
};

interface Package {
  name: string;
  folder: string;
  dependencies: string[];
}

/** pg and its dependencies, as installed for the tests. */
function packages(name = 'pg', from = FIXTURES, known = new Map<string, Package>()): Package[] {
  if (known.has(name)) return [];
  const nested = join(from, 'node_modules', name);
  const folder = existsSync(nested) ? nested : packageFile(name);
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  known.set(name, { name, folder, dependencies: Object.keys(dependencies) });
  for (const one of Object.keys(dependencies)) packages(one, nearest(one, folder), known);
  return [...known.values()];
}

function nearest(name: string, start: string): string {
  for (let folder = start; folder !== FIXTURES; folder = dirname(folder))
    if (existsSync(join(folder, 'node_modules', name))) return folder;
  return FIXTURES;
}

function project(t: Test): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'scooby-test-')));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'package.json'), '{"private": true}');
  return folder;
}

/**
 * node_modules/.pnpm/<name>@<version>/node_modules/<name>, with links to its dependencies beside
 * it.
 */
function pnpm(t: Test): string {
  const folder = project(t);
  const store = (name: string) => join(folder, `node_modules/.pnpm/${name}@1.0.0/node_modules`);
  for (const { name, folder: from, dependencies } of packages()) {
    const filter = (path: string) => !path.slice(from.length).includes('node_modules');
    cpSync(from, join(store(name), name), { recursive: true, filter });
    for (const one of dependencies) symlinkSync(join(store(one), one), join(store(name), one));
  }
  symlinkSync(join(store('pg'), 'pg'), join(folder, 'node_modules/pg'));
  return folder;
}

function plugAndPlay(t: Test): string {
  const folder = project(t);
  const place = (path: string, dependencies: string[]) => ({
    packageLocation: path,
    packageDependencies: new Map(dependencies.map((one) => [one, 'npm:1.0.0'])),
    linkType: 'SOFT',
    packagePeers: new Set<string>(),
    discardFromLookup: false,
  });
  const registry = new Map<string | null, Map<string | null, ReturnType<typeof place>>>([
    [null, new Map([[null, place('./', ['pg'])]])],
    ['app', new Map([['workspace:.', place('./', ['pg'])]])],
  ]);
  for (const { name, folder: from, dependencies } of packages()) {
    const own = place(`${relative(folder, from)}/`, [name, ...dependencies]);
    registry.set(name, new Map([['npm:1.0.0', own]]));
  }
  const settings = {
    blacklistedLocations: new Set<never>(),
    dependencyTreeRoots: [{ name: 'app', reference: 'workspace:.' }],
    packageRegistry: registry,
    shebang: undefined,
  };
  writeFileSync(join(folder, '.pnp.cjs'), generateInlinedScript(settings));
  writeFileSync(join(folder, '.pnp.loader.mjs'), getESMLoaderTemplate());
  return folder;
}

async function sitesOf(node: Node, folder: string, script: string, options = ''): Promise<unknown> {
  const drive = async (url: string) => {
    await ask(`${url}/first`);
    await ask(`${url}/end`);
  };
  const env = { NODE_OPTIONS: options };
  const { traces } = await runRecorded([join(folder, script)], { node: node.path, drive, env });
  return traces[0]?.spans.map(({ library, site }) => [library, site]);
}

for (const node of await nodesInTurn(0)) {
  test(`pnpm, Node ${node.version}`, async (t) => {
    const folder = pnpm(t);
    for (const script of Object.keys(FILES))
      t.same(await sitesOf(node, folder, script), [['pg', `${join(folder, script)}:6`]], script);
  });
}

for (const node of await nodesInTurn(1)) {
  test(`Plug'n'Play, Node ${node.version}`, async (t) => {
    const folder = plugAndPlay(t);
    const require = `--require ${join(folder, '.pnp.cjs')}`;
    const loader = `--experimental-loader file://${join(folder, '.pnp.loader.mjs')}`;
    t.same(await sitesOf(node, folder, 'app.cjs', require), [['pg', `${join(folder, 'app.cjs')}:6`]]);
    const both = `${require} ${loader}`;
    t.same(await sitesOf(node, folder, 'app.mjs', both), [['pg', `${join(folder, 'app.mjs')}:6`]]);
  });
}
