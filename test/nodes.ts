/** The versions of Node that end-to-end tests run on: this one, and pinned ones from npm, kept outside the checkout. */

import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { npm, QUICK_BUILD } from './programs.js';

/** A Node to run. */
export interface Node {
  /** Without the v: 22.23.3. */
  version: string;
  /** Absolute path of the executable. */
  path: string;
}

const PINNED = ['22.23.3', '24.21.0', '26.10.0'];
const ROOT = join(import.meta.dirname, '../..');
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'scooby-test');
const SQLITE3: string = createRequire(import.meta.url)('../../test/fixtures/package.json').prebuilt.sqlite3;

/** Answers this Node and the pinned ones, downloading (about 50 MB each) what is not there yet; off Linux only this one. */
export async function nodes(): Promise<Node[]> {
  const running = { version: process.versions.node, path: process.execPath };
  if (process.platform !== 'linux') return [running];
  const others = PINNED.filter((version) => version !== running.version);
  return [running, ...(await Promise.all(others.map(pinned)))];
}

/** Answers the oldest and the newest Node, and one of those between: of many cases each Node has its turn. */
export async function nodesInTurn(n: number): Promise<Node[]> {
  const all = await nodes();
  const between = all.length - 2;
  return all.filter((_, i) => i === 0 || i === all.length - 1 || i - 1 === n % between);
}

/** Answers the path of the built dist/scooby.js, or of a copy beside a better-sqlite3 made for that Node, gone with the test. */
export async function scoobyFor(t: { teardown(fn: () => unknown): unknown }, node: Node): Promise<string> {
  if (node.path === process.execPath) return join(ROOT, 'dist/scooby.js');
  const folder = await mkdtemp(join(tmpdir(), 'scooby-test-built-'));
  t.teardown(() => rm(folder, { recursive: true }));
  for (const built of ['package.json', 'dist/scooby.js', 'dist/chunks', 'dist/agent.cjs']) {
    if (existsSync(join(ROOT, built))) await cp(join(ROOT, built), join(folder, built), { recursive: true });
  }
  await symlink(join(await sqliteFor(node), 'node_modules'), join(folder, 'node_modules'));
  return join(folder, 'dist/scooby.js');
}

/** Answers a folder whose node_modules has a better-sqlite3 made for that Node: downloaded, or built in about a minute, once. */
export function sqliteFor(node: Node): Promise<string> {
  // Read now: npm may have left it out until the test command has built it.
  const { version }: { version: string } = createRequire(import.meta.url)('better-sqlite3/package.json');
  return kept(`better-sqlite3-${version}-node-${node.version}`, async (fresh) => {
    console.error(`npm test: getting better-sqlite3 for Node ${node.version}, once`);
    await npmInstall(node, fresh, 'better-sqlite3', version);
  });
}

/** What runs sqlite3 on any Node: the path of the package, and the environment that its binary needs. */
export interface Prebuilt {
  path: string;
  env: NodeJS.ProcessEnv;
}

/**
 * sqlite3 with Debian's binary, as npm's would be compiled for minutes. That is linked to Debian's Node, in whose
 * place stands an empty library: all that it needs the running Node has. Undefined where Debian or a compiler is missing.
 */
export async function sqlite3Prebuilt(): Promise<Prebuilt | undefined> {
  try {
    const folder = await kept(`sqlite3-${SQLITE3}`, async (fresh) => {
      const { execFileSync } = await import('node:child_process');
      const run = (file: string, ...args: string[]) =>
        execFileSync(file, args, { cwd: fresh, stdio: ['ignore', 'pipe', 'pipe'] }).toString();
      await npmInstall({ version: '', path: process.execPath }, fresh, 'sqlite3', SQLITE3, false);
      run('apt-get', 'download', 'node-sqlite3');
      run('sh', '-c', 'dpkg -x node-sqlite3_*.deb debian && rm node-sqlite3_*.deb');
      const found = run('find', 'debian', '-name', 'node_sqlite3.node', '-path', '*napi-v6*').trim();
      await cp(join(fresh, found), join(fresh, 'node_modules/sqlite3/build/Release/node_sqlite3.node'));
      const library = /NEEDED\s+(libnode\S+)/.exec(run('objdump', '-p', found))![1]!;
      run('sh', '-c', `echo | gcc -shared -o ${library} -x c -`);
    });
    return { path: join(folder, 'node_modules/sqlite3/lib/sqlite3.js'), env: { LD_LIBRARY_PATH: folder } };
  } catch (error) {
    console.error(`npm test: sqlite3 is not tested, as its binary cannot be had: ${String(error)}`);
    return undefined;
  }
}

async function pinned(version: string): Promise<Node> {
  const name = `node-linux-${process.arch}`;
  const folder = await kept(`node-${version}`, async (fresh) => {
    console.error(`npm test: downloading Node ${version}, once`);
    await npmInstall({ version, path: process.execPath }, fresh, name, version);
  });
  return { version, path: join(folder, 'node_modules', name, 'bin/node') };
}

/** Answers a folder of the cache; `fill` makes it when it is not there, out of others' sight until it is whole. */
async function kept(name: string, fill: (fresh: string) => Promise<void>): Promise<string> {
  const folder = join(CACHE, name);
  if (existsSync(folder)) return folder;
  await mkdir(CACHE, { recursive: true });
  const fresh = await mkdtemp(`${folder}-`);
  try {
    await fill(fresh);
    await rename(fresh, folder).catch((error) => {
      // Somebody else was faster: theirs is as good.
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return folder;
}

/** Installs one package into a folder, its install script run by the given Node. */
async function npmInstall(
  node: Node,
  folder: string,
  name: string,
  version: string,
  hasScripts = true,
): Promise<void> {
  const manifest = { private: true, dependencies: { [name]: version }, allowScripts: { [name]: hasScripts } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await npm(
    ['install', '--no-audit', '--no-fund', ...(hasScripts ? [] : ['--ignore-scripts'])],
    folder,
    {
      ...QUICK_BUILD,
      PATH: `${dirname(node.path)}${delimiter}${process.env.PATH}`,
      npm_config_nodedir: dirname(dirname(node.path)),
    },
    node.path,
  );
}
