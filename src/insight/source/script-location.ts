/** Script locations: file and position from V8's script names, and the paths of libraries. */

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parsePosition } from '../../domain/site.js';

/** Position in a script; `path` is missing for a script without a file. */
export interface ScriptLocation {
  path?: string;
  name: string;
  line: number;
  column: number;
}

/** Location of a frame: file URLs decoded, loaders' queries dropped, `eval` code at its call. */
export function scriptLocation(file: string, line: number, column: number): ScriptLocation {
  const origin = file.startsWith('eval at ') ? evalOrigin(file) : undefined;
  if (origin) return scriptLocation(origin.name, origin.line, origin.column);
  const path = pathOf(file);
  return path === undefined ? { name: file, line, column } : { path, name: path, line, column };
}

// eval at render (eval at compile (/app/view.js:3:9), <anonymous>:1:1), <anonymous>:10:3
function evalOrigin(file: string): ScriptLocation | undefined {
  const open = file.lastIndexOf('(');
  const close = file.indexOf(')', open);
  const found = open < 0 || close < 0 ? undefined : parsePosition(file.slice(open + 1, close));
  return found && { name: found.file, line: found.line, column: found.column! };
}

function pathOf(file: string): string | undefined {
  if (file.startsWith('file://')) return fromFileUrl(file);
  return file.startsWith('/') || /^[A-Za-z]:[\\/]/.test(file) ? resolveVirtual(file) : undefined;
}

function fromFileUrl(url: string): string | undefined {
  try {
    // Loaders add queries to load a file anew: ?update=3, ?tsx-namespace=1.
    return resolveVirtual(fileURLToPath(url.replace(/[?#].*$/s, '')));
  } catch {
    return undefined; // another host, or invalid percent-encoding
  }
}

// Yarn names packages with peer dependencies /app/.yarn/__virtual__/<name>/<folders up>/<path>.
function resolveVirtual(path: string): string {
  const virtual = /^(.*)\/(?:__virtual__|\$\$virtual)\/[^/]+\/(\d{1,2})\/(.*)$/s.exec(path);
  if (!virtual) return path;
  let folder = virtual[1]!;
  for (let up = Number(virtual[2]); up > 0; up--) folder = dirname(folder);
  return join(folder, virtual[3]!);
}

/** Path of a source in a source map; undefined for a bundler's generated modules. */
export function pathOfSource(source: string, project: string): string | undefined {
  if (source.startsWith('file://')) return fromFileUrl(source);
  const bundled = /^(?:webpack|turbopack|rspack):\/\/(.*)$/s.exec(source)?.[1];
  if (bundled === undefined) return source.startsWith('/') ? source : undefined;
  const inside = bundled
    .replace(/\?[^/]*$/, '')
    .replace(/^[^/]*\/(?:\[project\]\/|\([^)]*\)\/)?/, '')
    .replace(/^(?:\.\/)+/, '');
  if (/^(?:webpack|rspack)\/|^external |^\[/.test(inside)) return undefined;
  return inside.startsWith('/') ? inside : join(project, inside);
}

/** Whether a path is a library's: in node_modules (pnpm's and Yarn's archives too), or Yarn's own. */
export function isLibrary(path: string): boolean {
  return /[\\/]node_modules[\\/]|[\\/]\.yarn[\\/]|[\\/]\.pnp\.(?:c?js|loader\.mjs)$/.test(path);
}

/** Whether a script without a file is the user's: `node -e`, `node -p`, or standard input. */
export function isCommandLineCode(name: string): boolean {
  return /^\[(?:(?:worker )?eval\d*|stdin)\]$/.test(name);
}
