/** Installed packages of a project and its workspaces, with their versions. */

import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One installed copy of a package. */
export interface InstalledPackage {
  name: string;
  version: string;
  /** Absolute path of the copy. */
  folder: string;
}

interface Manifest {
  name?: string;
  version?: string;
  main?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  workspaces?: string[] | { packages?: string[] };
  scripts?: Record<string, string>;
  wireit?: Record<string, { command?: string; dependencies?: (string | { script: string })[] }>;
}

/** A folder's package.json; undefined when it is missing or unreadable. */
export function manifestOf(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

/** The project's folder and the folders of its workspaces (npm, Yarn, pnpm). */
export function projectFolders(project: string): string[] {
  const { workspaces } = manifestOf(project) ?? {};
  const patterns = Array.isArray(workspaces) ? workspaces : (workspaces?.packages ?? []);
  const folders = [...patterns, ...pnpmWorkspaces(project)].flatMap((pattern) =>
    matchingFolders(project, pattern),
  );
  return [...new Set([project, ...folders])];
}

function pnpmWorkspaces(project: string): string[] {
  const path = join(project, 'pnpm-workspace.yaml');
  if (!existsSync(path)) return [];
  const [, list = ''] = /^packages:\s*\n((?:[ \t]*-.*\n?)+)/m.exec(readFileSync(path, 'utf8')) ?? [];
  return [...list.matchAll(/-\s*['"]?([^'"\n#]+?)['"]?\s*$/gm)].map(([, pattern]) => pattern!);
}

/** Folders of one workspace pattern; only plain folders and a trailing `/*` are supported. */
function matchingFolders(project: string, pattern: string): string[] {
  if (pattern.startsWith('!')) return [];
  const base = join(project, pattern.replace(/\/?\*{1,2}$/, ''));
  if (!pattern.includes('*')) return manifestOf(base) ? [base] : [];
  if (!existsSync(base)) return [];
  return readdirSync(base)
    .map((name) => join(base, name))
    .filter((folder) => manifestOf(folder) !== undefined);
}

/** Distinct copies of a package that Node resolves from the folders. */
export function installedCopies(folders: string[], name: string): InstalledPackage[] {
  const found = new Map<string, InstalledPackage>();
  for (const start of folders) {
    for (let folder = start; ; folder = dirname(folder)) {
      const copy = join(folder, 'node_modules', name);
      const manifest = manifestOf(copy);
      if (manifest !== undefined) {
        found.set(copy, { name, version: manifest.version ?? '', folder: copy });
        break;
      }
      if (folder === dirname(folder)) break;
    }
  }
  return found.size > 0 ? [...found.values()] : pnpCopies(folders, name);
}

/**
 * Whether a copy of a package is there for `owner` alone: it is the one that `owner` loads, and neither the
 * folders nor another package beside it ask for it.
 */
export function isOnlyOf(owner: string, { name, folder }: InstalledPackage, folders: string[]): boolean {
  const { name: ownerName } = manifestOf(owner) ?? {};
  const loaded = installedCopies([owner], name)[0]?.folder;
  if (loaded === undefined || realPath(loaded) !== realPath(folder)) return false;
  const isWanted = (dependent: string) => {
    const manifest = manifestOf(dependent);
    return manifest?.name !== ownerName && asksFor(manifest, name);
  };
  return !folders.some(isWanted) && !packagesBeside(folder, name).some(isWanted);
}

function asksFor(manifest: Manifest | undefined, name: string): boolean {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = manifest ?? {};
  return [dependencies, devDependencies, optionalDependencies, peerDependencies].some(
    (list) => list !== undefined && Object.hasOwn(list, name),
  );
}

/** Names of the packages that a folder's package.json asks for, for running. */
export function dependenciesOf(folder: string): string[] {
  const { dependencies, optionalDependencies, peerDependencies } = manifestOf(folder) ?? {};
  return Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
}

/** Folders of the packages in the same node_modules. */
function packagesBeside(folder: string, name: string): string[] {
  const modules = folder.slice(0, -name.length);
  const names = namesIn(modules).flatMap((entry) =>
    entry.startsWith('@') ? namesIn(join(modules, entry)).map((scoped) => join(entry, scoped)) : [entry],
  );
  return names.map((each) => join(modules, each));
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

/** Yarn's packageRegistryData: packages by name, then by reference, such as `npm:8.23.1`. */
type PnpRegistry = [string | null, [string | null, { packageLocation: string }][]][];

/**
 * Copies of a package under Yarn's Plug'n'Play, which lists packages in a file instead of
 * node_modules.
 */
function pnpCopies(folders: string[], name: string): InstalledPackage[] {
  const [project = ''] = folders;
  const [, entries = []] = registryOf(project).find(([packageName]) => packageName === name) ?? [];
  const copies = entries.flatMap(([reference, { packageLocation }]): InstalledPackage[] => {
    const version = /npm:([\w.+-]+)$/.exec(reference ?? '')?.[1];
    return version ? [{ name, version, folder: join(project, packageLocation) }] : [];
  });
  // A package with peer dependencies is listed once per set of peers.
  return copies.filter((copy, i) => copies.findIndex(({ version }) => version === copy.version) === i);
}

const registries = new Map<string, PnpRegistry>();

function registryOf(project: string): PnpRegistry {
  const registry = registries.get(project) ?? readRegistry(project);
  registries.set(project, registry);
  return registry;
}

function readRegistry(project: string): PnpRegistry {
  try {
    const data = join(project, '.pnp.data.json');
    if (existsSync(data)) return JSON.parse(readFileSync(data, 'utf8')).packageRegistryData;
    const [, text = ''] =
      /^const RAW_RUNTIME_STATE =\s*'([\s\S]*?)';$/m.exec(readFileSync(join(project, '.pnp.cjs'), 'utf8')) ??
      [];
    // A single-quoted JavaScript string over several lines.
    return JSON.parse(text.replace(/\\([\s\S])/g, (_, escaped) => (escaped === '\n' ? '' : escaped)))
      .packageRegistryData;
  } catch {
    // The project does not use Yarn, or an unknown version of its format.
    return [];
  }
}
