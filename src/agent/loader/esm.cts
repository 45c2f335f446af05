/**
 * Hands the bindings of ES modules to a patch: what is only ever imported never passes `Module#load`. One line is
 * appended to the source of the files that instruments name; everything else passes as it is.
 */

import { subscribe } from 'node:diagnostics_channel';
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageName, packagePath } from './cjs.cjs';

/** A module's bindings as properties, which can be set where the module can set them. */
export type Bindings = Record<string, unknown>;
/** Told of a file of `sources` once it has run: its path below node_modules, its bindings, its name. */
export type ImportListener = (path: string, bindings: Bindings, filename: string) => void;

interface Loaded {
  format?: string | null;
  source?: string | Uint8Array | ArrayBuffer | null;
}
type NextLoad = (url: string, context: object) => Loaded;
interface Context {
  conditions?: string[];
}
type Hooks = { load(url: string, context: Context, next: NextLoad): Loaded };
type Module = typeof nodeModule & {
  registerHooks?(hooks: Hooks): void;
  register?(specifier: string, options: { data: unknown }): void;
};

const CHANNEL = 'scooby:imported';

/** From now on `imported` is told of each file of `sources`, which names the bindings it wants, if the project has it. */
export function onImport(sources: Map<string, string[]>, imported: ImportListener): void {
  const names = new Set([...sources.keys()].map(packageName));
  if (![...names].some(isInstalled)) return;
  subscribe(CHANNEL, (message) => {
    const { path, bindings, url } = message as { path: string; bindings: Bindings; url: string };
    imported(path, bindings, fileURLToPath(url));
  });
  const suffixes = new Map([...sources].map(([path, bindings]) => [path, suffixOf(path, bindings)]));
  const { registerHooks, register } = nodeModule as Module;
  if (registerHooks !== undefined && hasSoundHooks(process.versions.node)) {
    registerHooks({
      load(url, context, next) {
        const loaded = next(url, context);
        const path = packagePath(url);
        if (path !== '' && isHidden(loaded, context)) return { ...loaded, source: null };
        const suffix = suffixes.get(path);
        return suffix === undefined ? loaded : withSuffix(loaded, suffix);
      },
    });
    // Costs a thread and some 30 ms, so only where there is no other way.
  } else register?.(OFF_THREAD, { data: suffixes });
}

/** Answers whether hooks that run in the app's thread leave CommonJS alone: on others `import 'mysql2'` crashes. */
export function hasSoundHooks(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const least = { 22: [22, 3], 24: [11, 1], 25: [1, 0] }[major];
  if (least === undefined) return major > 25;
  return minor > least[0]! || (minor === least[0] && patch >= least[1]!);
}

/**
 * Answers whether an imported CommonJS file would be run, with all that it requires, by the ES modules' loader and never
 * pass `Module#load`: Node 22 does so with what Yarn's own loader has touched, unless it is told that there is no source.
 */
export function isHidden(
  { format, source }: Loaded,
  { conditions }: Context,
  pnp = process.versions.pnp,
): boolean {
  if (pnp === undefined || format !== 'commonjs') return false;
  return source !== undefined && source !== null && !conditions?.includes('require');
}

/**
 * Answers a line that hands over the file's bindings; it stands behind the source, so that no position moves. By a
 * channel, since whatever stands on globalThis can be seen there.
 */
function suffixOf(path: string, bindings: string[]): string {
  const accessors = bindings.map((name) => `get ${name}(){return ${name}},set ${name}(v){${name}=v}`);
  const message = `{path:'${path}',bindings:{${accessors.join()}},url:import.meta.url}`;
  return `\n;import{channel as scooby$}from'node:diagnostics_channel';scooby$('${CHANNEL}').publish(${message});`;
}

/** Only ES modules: CommonJS source that a hook has touched cannot be required. */
function withSuffix(loaded: Loaded, suffix: string): Loaded {
  const { format, source } = loaded;
  if (format !== 'module' || source === undefined || source === null) return loaded;
  return {
    ...loaded,
    source: (typeof source === 'string' ? source : new TextDecoder().decode(source)) + suffix,
  };
}

/** Runs in the loader's own thread, so that it can refer to nothing of this file but `withSuffix`. */
async function loadOffThread(
  suffixes: Map<string, string>,
  url: string,
  context: object,
  next: NextLoad,
): Promise<Loaded> {
  const loaded = await next(url, context);
  const suffix = suffixes.get(url.slice(url.lastIndexOf('/node_modules/') + 14));
  return suffix === undefined ? loaded : withSuffix(loaded, suffix);
}

const OFF_THREAD = `data:text/javascript,${encodeURIComponent(`
${withSuffix}
${loadOffThread}
let suffixes;
export const initialize = (data) => { suffixes = data; };
export const load = (url, context, next) => ${loadOffThread.name}(suffixes, url, context, next);
`)}`;

/** Answers whether the project has a package, under its own name: looked for where Node would, from the folder and the script. */
function isInstalled(name: string): boolean {
  return [process.cwd(), dirname(process.argv[1] ?? '')].some((start) => {
    for (let folder = start; ; folder = dirname(folder)) {
      if (existsSync(join(folder, 'node_modules', name)) || existsSync(join(folder, '.pnp.cjs'))) return true;
      if (folder === dirname(folder)) return false;
    }
  });
}
