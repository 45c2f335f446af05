/**
 * Passes bindings of ES modules, which never pass `Module#load`, to patches, by a line appended to
 * the source.
 */

import { subscribe } from 'node:diagnostics_channel';
import * as fs from 'node:fs';
import * as nodeModule from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { attempt } from '../guard.cjs';
import { workingFolder } from '../run-config.cjs';
import { packageName, packagePath, unhashed } from './cjs.cjs';

/** Bindings of a module as properties; writable if the module can assign them. */
export type Bindings = Record<string, unknown>;
/**
 * Callback for a file that has run: its path below node_modules, its bindings, its absolute path.
 */
export type ImportListener = (path: string, bindings: Bindings, filename: string) => void;

interface LoadResult {
  format?: string | null;
  source?: string | Uint8Array | ArrayBuffer | null;
}
type NextLoad = (url: string, context: object) => LoadResult;
interface LoadContext {
  conditions?: string[];
}
type LoaderHooks = { load(url: string, context: LoadContext, next: NextLoad): LoadResult };
type Module = typeof nodeModule & {
  registerHooks?(hooks: LoaderHooks): void;
  register?(specifier: string, options: { data: unknown }): void;
};

// Bound at load, before an instrument wraps them to time calls of the app.
const { existsSync, readFileSync } = fs;

const CHANNEL = 'scooby:imported';
/** Stands for the URL of the module itself, which is known when it loads. */
const OWN_URL = 'scooby:own-url';

/**
 * Calls `listener` for each imported file that is a key of `modules` (its path below node_modules),
 * with the bindings named there. Does nothing if the project has none of the packages; of those in
 * `majors` only that major version counts. A file of the app's own is named by its absolute path. The
 * bindings of those in `namespaces` are read from what the module exports.
 */
export function onImport(
  modules: Map<string, string[]>,
  listener: ImportListener,
  majors = new Map<string, number>(),
  namespaces = new Set<string>(),
): void {
  const files = [...modules.keys()];
  if (!files.some(isAbsolute) && !isAnyInstalled(new Set(files.map(packageName)), majors)) return;
  subscribe(CHANNEL, (message) => {
    const { path, bindings, url } = message as { path: string; bindings: Bindings; url: string };
    attempt(() => listener(path, bindings, fileURLToPath(url)));
  });
  const suffixes = new Map(
    [...modules].map(([path, bindings]) => {
      const key = isAbsolute(path) ? pathToFileURL(path).href : path;
      return [key, suffixOf(path, bindings, namespaces.has(path))];
    }),
  );
  const { registerHooks, register } = nodeModule as Module;
  if (registerHooks !== undefined && hasSoundHooks(process.versions.node)) {
    registerHooks({
      load(url, context, next) {
        const loaded = next(url, context);
        return attempt(publishingSource, suffixes, url, loaded, context) ?? loaded;
      },
    });
    return;
  }
  // Throws where the working folder has been removed: the thread would not start there, and Node 20
  // would wait for it without end.
  process.cwd();
  // Only without registerHooks, as it costs a thread and some 30 ms.
  register?.(OFF_THREAD, { data: suffixes });
}

/** What the hook returns for a file: with the suffix, if it has one. */
function publishingSource(
  suffixes: Map<string, string>,
  url: string,
  loaded: LoadResult,
  context: LoadContext,
): LoadResult {
  const path = packagePath(url);
  if (path !== '' && isHidden(loaded, context)) return { ...loaded, source: null };
  const suffix = suffixes.get(path === '' ? url : path) ?? suffixes.get(unhashed(path));
  return suffix === undefined ? loaded : withSuffix(loaded, suffix, url);
}

/**
 * Whether `registerHooks` of a Node version leaves CommonJS alone: from 22.22.3, 24.11.1 and 25.1.0
 * on; with other versions' hooks `import 'mysql2'` crashes.
 */
export function hasSoundHooks(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const minimum = { 22: [22, 3], 24: [11, 1], 25: [1, 0] }[major];
  if (minimum === undefined) return major > 25;
  return minor > minimum[0]! || (minor === minimum[0] && patch >= minimum[1]!);
}

/**
 * Whether the ES module loader would run an imported CommonJS file, and all that it requires,
 * without `Module#load`. Node 22 does so for files that Yarn PnP's loader has read, unless `source`
 * is null.
 */
export function isHidden(
  { format, source }: LoadResult,
  { conditions }: LoadContext,
  pnp = process.versions.pnp,
): boolean {
  if (pnp === undefined || format !== 'commonjs') return false;
  return source !== undefined && source !== null && !conditions?.includes('require');
}

// Names that exports can have, and variables cannot: `export { remove as delete }`.
const RESERVED =
  /^(?:arguments|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|eval|export|extends|false|finally|for|function|if|implements|import|in|instanceof|interface|let|new|null|package|private|protected|public|return|static|super|switch|this|throw|true|try|typeof|var|void|while|with|yield)$/;

/**
 * Line that publishes the file's bindings; appended to the source, so that no position moves. It
 * uses a channel because the app could see a property of globalThis.
 */
export function suffixOf(path: string, bindings: string[], isNamespace: boolean): string {
  const holder = isNamespace ? 'scooby$self.' : '';
  // What is exported by another module, or as default, has no binding here that could be set.
  const set = (name: string) =>
    RESERVED.test(name) ? `throw Error('${name} cannot be replaced')` : `${name}=v`;
  const accessors = bindings.map(
    (name) => `get ${name}(){return ${holder}${name}},set ${name}(v){${set(name)}}`,
  );
  const message = `{path:${JSON.stringify(path)},bindings:{${accessors.join()}},url:import.meta.url}`;
  const self = isNamespace ? `import*as scooby$self from'${OWN_URL}';` : '';
  return `\n;${self}import{channel as scooby$}from'node:diagnostics_channel';scooby$('${CHANNEL}').publish(${message});`;
}

/** What a hook loaded with the suffix, in ES modules only: CommonJS with a source from a hook cannot be required. */
export function withSuffix(loaded: LoadResult, suffix: string, url: string): LoadResult {
  const { format, source } = loaded;
  if ((format !== 'module' && format !== 'module-typescript') || source === undefined || source === null)
    return loaded;
  const text = typeof source === 'string' ? source : new TextDecoder().decode(source);
  // A minified bundle exports what it calls otherwise: `export{ut as Client}`.
  const at = Math.max(text.lastIndexOf('export{'), text.lastIndexOf('export {'));
  const clause = at < 0 ? '' : text.slice(at, text.indexOf('}', at) + 1);
  const own = suffix.replace(
    /get (\w+)\(\)\{return \1\},set \1\(v\)\{(throw )?[^{}]*\},?/g,
    (same, name: string, isReserved?: string) => {
      const local = new RegExp(`[{,]\\s*([\\w$]+) as ${name}\\s*[,}]`).exec(clause)?.[1];
      if (local !== undefined) return `get ${name}(){return ${local}},set ${name}(v){${local}=v},`;
      // With `return default` the module would not parse, nor the app run.
      return isReserved === undefined ? same : '';
    },
  );
  return { ...loaded, source: text + own.replace('scooby:own-url', () => url.replaceAll("'", '%27')) };
}

/** `load` hook for the loader's thread, where only `withSuffix` of this file exists. */
async function loadOffThread(
  suffixes: Map<string, string>,
  url: string,
  context: object,
  next: NextLoad,
): Promise<LoadResult> {
  const loaded = await next(url, context);
  const path = url.slice(url.lastIndexOf('/node_modules/') + 14);
  // As `unhashed`, which is not there.
  const unhashed = path.replace(/(?<=-)[\w-]{8}(?=\.[cm]?js$)/, '*');
  const suffix = suffixes.get(url) ?? suffixes.get(path) ?? suffixes.get(unhashed);
  return suffix === undefined ? loaded : withSuffix(loaded, suffix, url);
}

const OFF_THREAD = `data:text/javascript,${encodeURIComponent(`
${withSuffix}
${loadOffThread}
let suffixes;
export const initialize = (data) => { suffixes = data; };
export const load = (url, context, next) => ${loadOffThread.name}(suffixes, url, context, next);
`)}`;

/**
 * Whether one of the packages is installed for the working directory or the script: each folder is
 * looked for once, not for each of them.
 */
export function isAnyInstalled(names: Set<string>, majors: Map<string, number>): boolean {
  const places = packageFolders();
  for (const name of names) if (isInstalled(places, name, majors.get(name))) return true;
  return false;
}

/** A folder of packages that the app can load; with Yarn PnP `isPnp`, and no such folder is needed. */
interface PackageFolder {
  path: string;
  isPnp: boolean;
}

/** Folders of packages of the working directory and of the script's folder, from each upwards. */
function packageFolders(): PackageFolder[][] {
  const starts = new Set([workingFolder(), dirname(process.argv[1] ?? '')]);
  return [...starts].map(foldersAbove);
}

function foldersAbove(start: string): PackageFolder[] {
  const found: PackageFolder[] = [];
  for (let folder = start; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules');
    const isPnp = exists(join(folder, '.pnp.cjs'));
    if (isPnp || exists(path)) found.push({ path, isPnp });
    if (isPnp || folder === dirname(folder)) return found;
  }
}

function exists(path: string): boolean {
  // Under a permission model Node 20 throws instead of answering false.
  return attempt(existsSync, path) === true;
}

/**
 * Whether a package, of a major version if one is given, is in one of the folders; always true with
 * Yarn PnP.
 */
function isInstalled(places: PackageFolder[][], name: string, major: number | undefined): boolean {
  return places.some((folders) => {
    const place = folders.find(({ path, isPnp }) => isPnp || exists(join(path, name)));
    if (place === undefined || place.isPnp) return place !== undefined;
    return major === undefined || hasMajor(join(place.path, name), major);
  });
}

function hasMajor(folder: string, major: number): boolean {
  try {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return String(version).startsWith(`${major}.`);
  } catch {
    return false;
  }
}
