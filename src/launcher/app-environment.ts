/** Environment of the app, in which every Node process loads the agent. */

import { join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Option of NODE_OPTIONS that loads the agent. `import`: for programs that keep one `--require` only;
 * `none`: for an app that would end because it may not read the agent.
 */
export type AgentOption = 'require' | 'import' | 'none';

/** How the app's processes load the agent. */
export interface AgentLoading {
  /** Path of the agent's bundle. */
  agent: string;
  /** The run folder. */
  folder: string;
  by?: AgentOption;
}

/**
 * Environment in which every Node process loads the agent: NODE_OPTIONS is appended to, never
 * replaced. The agent's path leads through the run folder, which resolves to the same file even
 * when the folder is gone, and tells the agent of its run where SCOOBY_RUN is filtered out.
 */
export function appEnvironment(
  env: NodeJS.ProcessEnv,
  { agent, folder, by = 'require' }: AgentLoading,
): NodeJS.ProcessEnv {
  if (by === 'none') return { ...env, SCOOBY_RUN: folder };
  const path = pathThrough(folder, agent);
  const option = by === 'import' ? `--import ${asSpecifier(path)}` : `--require ${quoteOption(path)}`;
  const options = [env.NODE_OPTIONS, option];
  return { ...env, NODE_OPTIONS: options.filter(Boolean).join(' '), SCOOBY_RUN: folder };
}

/** Path of `file` by way of `folder`; the plain path where there is no such way (another drive). */
function pathThrough(folder: string, file: string): string {
  const way = relative(folder, file);
  const path = `${folder}${sep}${way}`;
  return way.startsWith('..') && resolve(path) === resolve(file) ? path : join(file);
}

/** A path to import: other characters than these mean something in a URL. */
function asSpecifier(path: string): string {
  return /^[\w./@+-]+$/.test(path) ? path : pathToFileURL(path).href;
}

/**
 * A value as Node reads it in NODE_OPTIONS; without quotes where it needs none, as programs that read
 * NODE_OPTIONS by themselves (Next.js up to 16.3) take them for a part of the value.
 */
function quoteOption(value: string): string {
  if (!/[\s"]/.test(value)) return value;
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
