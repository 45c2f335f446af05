/** Permissions that the agent needs of Node's permission model, and that a command does not give. */

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCodeOption, isPathAllowed } from '../../domain/node-permissions.cjs';
import { agentFile } from '../agent-file.js';
import { type CommandStep, programOf } from './command-steps.js';
import type { StartProblem } from './start-problem.js';

/** Problem of a step that runs `node --permission` without what the agent reads and writes. */
export function permissionProblem(step: CommandStep, env: NodeJS.ProcessEnv): StartProblem | undefined {
  const options = optionsOf(step, env);
  const model = options.find((word) => /^--(?:experimental-)?permission$/.test(word));
  if (model === undefined) return undefined;
  const missing = missingPermissions(options, env);
  if (missing.length === 0) return undefined;
  return {
    cause: `${step.at} runs the app by node ${model} without what the agent needs to record`,
    remedy: `add ${missing.join(' ')}`,
  };
}

/**
 * Whether a step would end because it may not read the agent: so does Node 20, where the model has the
 * first name; in newer versions a script may read what is preloaded, but code in an argument may not.
 */
export function endsByAgent(step: CommandStep, env: NodeJS.ProcessEnv): boolean {
  const options = optionsOf(step, env);
  const isDenied =
    options.includes('--experimental-permission') ||
    (options.includes('--permission') && options.some(isCodeOption));
  return isDenied && !isPathAllowed(options, 'read', agentFile());
}

/** Options of the node that a step starts; empty for another program. */
function optionsOf({ words }: CommandStep, { NODE_OPTIONS = '' }: NodeJS.ProcessEnv): string[] {
  const { name, args } = programOf(words) ?? { name: '', args: [] };
  return name === 'node' ? [...optionsIn(args), ...NODE_OPTIONS.split(/\s+/)] : [];
}

/** Options of node, before its script. */
function optionsIn(args: string[]): string[] {
  const script = args.findIndex((word) => !word.startsWith('-'));
  return script < 0 ? args : args.slice(0, script);
}

function missingPermissions(options: string[], env: NodeJS.ProcessEnv): string[] {
  const folder = env.XDG_RUNTIME_DIR || tmpdir();
  const runs = join(folder, 'scooby-');
  const missing = [];
  if (!isPathAllowed(options, 'read', agentFile())) missing.push(`--allow-fs-read=${agentFile()}`);
  if (!isPathAllowed(options, 'read', runs)) missing.push(`--allow-fs-read=${runs}*`);
  if (!isPathAllowed(options, 'write', runs)) missing.push(`--allow-fs-write=${runs}*`);
  return missing;
}
