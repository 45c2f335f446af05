/** Files that a module of a configuration leads to. */

import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { attempt } from '../guard.cjs';
import { packageName, packagePath } from '../loader/cjs.cjs';

/** A file that a module leads to. */
export interface ModuleFile {
  /** Below node_modules the path there, whichever copy is loaded; else absolute. */
  key: string;
  isEsm: boolean;
}

type Exports = string | null | Exports[] | { [condition: string]: Exports };

// Of an importer; `default` stands for any.
const CONDITIONS = new Set(['node', 'import', 'module-sync', 'default']);

/**
 * The file that `require` loads, and the ES module that an importer gets instead of it. Throws an Error
 * where there is neither.
 */
export function filesOfModule(from: string, module: string): ModuleFile[] {
  const files = new Set<string>();
  const required = attempt(resolveRequired, from, module);
  if (required !== undefined) files.add(required);
  const imported = attempt(resolveImported, from, module);
  if (imported !== undefined) files.add(imported);
  if (files.size === 0) throw new Error(`cannot be found from ${dirname(from)}`);
  return [...files].map((file) => ({ key: packagePath(file) || file, isEsm: isEsModule(file) }));
}

function resolveRequired(from: string, module: string): string | undefined {
  const { resolve: resolveModule } = createRequire(from);
  try {
    return resolveModule(module);
  } catch (error) {
    // A file of the app without ./
    const file = resolve(dirname(from), module);
    if (existsSync(file)) return resolveModule(file);
    throw error;
  }
}

/** File that `import` loads, where the package names one. */
function resolveImported(from: string, module: string): string | undefined {
  if (module.startsWith('.') || isAbsolute(module)) return undefined;
  const name = packageName(module);
  const folder = folderOf(from, name);
  if (folder === undefined) return undefined;
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { exports?: Exports };
  const target = targetOf(exports, `.${module.slice(name.length)}`);
  return target === undefined ? undefined : realpathSync(join(folder, target));
}

function folderOf(from: string, name: string): string | undefined {
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    const copy = join(folder, 'node_modules', name);
    if (existsSync(join(copy, 'package.json'))) return copy;
    if (folder === dirname(folder)) return undefined;
  }
}

function targetOf(exports: Exports | undefined, subpath: string): string | undefined {
  if (typeof exports !== 'object' || exports === null || Array.isArray(exports))
    return subpath === '.' ? chosen(exports ?? null) : undefined;
  const hasPaths = Object.keys(exports).some((key) => key.startsWith('.'));
  if (!hasPaths) return subpath === '.' ? chosen(exports) : undefined;
  return chosen(exports[subpath] ?? null);
}

function chosen(exports: Exports): string | undefined {
  if (typeof exports === 'string') return exports;
  if (exports === null) return undefined;
  if (Array.isArray(exports)) return exports.map(chosen).find((target) => target !== undefined);
  for (const [condition, target] of Object.entries(exports)) {
    const found = CONDITIONS.has(condition) ? chosen(target) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether Node, or a loader of TypeScript, takes a file for an ES module. */
export function isEsModule(file: string): boolean {
  if (/\.m[jt]s$/.test(file)) return true;
  if (/\.c[jt]s$/.test(file)) return false;
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest))
      return (JSON.parse(readFileSync(manifest, 'utf8')) as { type?: string }).type === 'module';
    if (folder === dirname(folder)) return false;
  }
}
