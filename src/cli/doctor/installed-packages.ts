/** What a project has installed: the packages of its folders, those of a monorepo too, and their versions. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A package that is there, in one version. */
export interface InstalledPackage {
  name: string;
  version: string;
  /** The folder that it was found in, absolute. */
  folder: string;
}

interface Manifest {
  name?: string;
  version?: string;
  main?: string;
  workspaces?: string[] | { packages?: string[] };
  scripts?: Record<string, string>;
}

/** Answers a folder's package.json; nothing where there is none, or it cannot be read. */
export function manifestOf(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Answers the project's folders: itself, and the packages of its workspaces (npm's, yarn's, pnpm's). */
export function projectFolders(project: string): string[] {
  const { workspaces } = manifestOf(project) ?? {};
  const named = Array.isArray(workspaces) ? workspaces : (workspaces?.packages ?? []);
  const folders = [...named, ...pnpmWorkspaces(project)].flatMap((pattern) => matching(project, pattern));
  return [...new Set([project, ...folders])];
}

function pnpmWorkspaces(project: string): string[] {
  const path = join(project, 'pnpm-workspace.yaml');
  if (!existsSync(path)) return [];
  const [, list = ''] = /^packages:\s*\n((?:[ \t]*-.*\n?)+)/m.exec(readFileSync(path, 'utf8')) ?? [];
  return [...list.matchAll(/-\s*['"]?([^'"\n#]+?)['"]?\s*$/gm)].map(([, pattern]) => pattern!);
}

/** `packages/*` and plain folders are what workspaces are written with. */
function matching(project: string, pattern: string): string[] {
  if (pattern.startsWith('!')) return [];
  const base = join(project, pattern.replace(/\/?\*+$/, ''));
  if (!pattern.includes('*')) return manifestOf(base) ? [base] : [];
  if (!existsSync(base)) return [];
  return readdirSync(base)
    .map((name) => join(base, name))
    .filter((folder) => manifestOf(folder) !== undefined);
}

/** Answers where Node finds a package from each of the folders, every copy once. */
export function installedCopies(folders: string[], name: string): InstalledPackage[] {
  const found = new Map<string, InstalledPackage>();
  for (const start of folders) {
    for (let folder = start; ; folder = dirname(folder)) {
      const place = join(folder, 'node_modules', name);
      const manifest = manifestOf(place);
      if (manifest !== undefined) {
        found.set(place, { name, version: manifest.version ?? '', folder: place });
        break;
      }
      if (folder === dirname(folder)) break;
    }
  }
  return found.size > 0 ? [...found.values()] : plugged(folders, name);
}

type Registry = [string | null, [string | null, { packageLocation: string }][]][];

/** Yarn's Plug'n'Play has no node_modules: what there is, is in a file of its own, in Yarn's words for versions. */
function plugged(folders: string[], name: string): InstalledPackage[] {
  const [project = ''] = folders;
  const [, places = []] = registryOf(project).find(([one]) => one === name) ?? [];
  const all = places.flatMap(([reference, { packageLocation }]): InstalledPackage[] => {
    const version = /npm:([\w.+-]+)$/.exec(reference ?? '')?.[1];
    return version ? [{ name, version, folder: join(project, packageLocation) }] : [];
  });
  // One that has peers is there once for each that brings them.
  return all.filter((one, i) => all.findIndex(({ version }) => version === one.version) === i);
}

const registries = new Map<string, Registry>();

function registryOf(project: string): Registry {
  const known = registries.get(project) ?? readRegistry(project);
  registries.set(project, known);
  return known;
}

function readRegistry(project: string): Registry {
  try {
    const data = join(project, '.pnp.data.json');
    if (existsSync(data)) return JSON.parse(readFileSync(data, 'utf8')).packageRegistryData;
    const [, text = ''] =
      /^const RAW_RUNTIME_STATE =\s*'([\s\S]*?)';$/m.exec(readFileSync(join(project, '.pnp.cjs'), 'utf8')) ??
      [];
    // A string of JavaScript, in single quotes and over many lines.
    return JSON.parse(text.replace(/\\([\s\S])/g, (_, escaped) => (escaped === '\n' ? '' : escaped)))
      .packageRegistryData;
  } catch {
    // No Yarn, or one whose words are not known here.
    return [];
  }
}
