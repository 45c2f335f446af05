/** Own scripts: whether a script is the app's code, as far as its path shows. */

import { sep } from 'node:path';
import { isInfrastructure, packageOfPath } from '../../domain/infrastructure.cjs';
import { TextCache } from '../record/text-cache.cjs';
import { workingFolder } from '../run-config.cjs';

const LIBRARY = /[\\/]node_modules[\\/]/;
// Prisma's client, generated into the app's folder, with its runtime beside it.
const GENERATED = /[\\/](?:__generated__|generated)[\\/]|[\\/]runtime[\\/](?:client|library)\.m?js$/;

// Correct for the bundle; unbundled, as in tests, this file is one folder below the agent's root.
let agentFolder = __dirname;
let appPackages: RegExp | undefined;
let projectFolder: string | undefined;

/** Sets the agent's root folder, whose scripts are not the app's. */
export function setAgentFolder(folder: string): void {
  agentFolder = folder;
  known = new TextCache();
}

/** Sets the packages in node_modules that count as the app's; `@acme/*` stands for a scope. */
export function setAppPackages(names: string[]): void {
  known = new TextCache();
  const patterns = names.map((name) =>
    name
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replace('/', '[\\\\/]')
      .replace('*', '[^\\\\/]*'),
  );
  appPackages =
    names.length === 0
      ? undefined
      : new RegExp(`node_modules[\\\\/](?:${patterns.join('|')})[\\\\/](?!.*node_modules)`);
}

/** Files of instruments by others. */
const guests = new Set<string>();

/** Adds a file of an instrument by others: its frames are none of the app's. */
export function addAgentScript(file: string): void {
  guests.add(file);
  known = new TextCache();
}

/** Whether a script is the agent's own, or an instrument's. */
export function isAgentScript(script: string): boolean {
  return script.startsWith(agentFolder) || guests.has(script);
}

// Asked at each capture of a stack.
let known = new TextCache<boolean>();

/** Whether a script, by the name that V8 has of it, is neither Node's, a library's nor the agent's. */
export function isOwnScript(script: string): boolean {
  let isOwn = known.get(script);
  if (isOwn === undefined) {
    isOwn = decide(script);
    known.set(script, isOwn, 0);
  }
  return isOwn;
}

/** Whether a script is of a package that is neither driver, ORM, framework nor helper: an app may be installed as one. */
export function isPackageScript(script: string): boolean {
  const name = isAgentScript(script) ? undefined : packageOfPath(script);
  return name !== undefined && !isInfrastructure(name);
}

function decide(script: string): boolean {
  if (script === '' || /^(?:node|wasm):/.test(script) || isAgentScript(script)) return false;
  if (LIBRARY.test(script) && !isInProject(script)) return appPackages?.test(script) === true;
  return !GENERATED.test(script);
}

/** Whether a script below a node_modules folder is the app's, as that is started from there. */
function isInProject(script: string): boolean {
  projectFolder ??= workingFolder() + sep;
  const at = LIBRARY.test(projectFolder) ? script.indexOf(projectFolder) : -1;
  return at >= 0 && !LIBRARY.test(sep + script.slice(at + projectFolder.length));
}
