/** Permissions that the agent needs of Node's permission model, and that a command does not give. */

import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

/** Options whose value is the code that runs. */
const CODE = /^(?:-[pe]+|--(?:eval|print)(?:=.*)?)$/s;

/**
 * Whether a step would end because it may not read the agent: so does Node 20, where the model has the
 * first name; in newer versions a script may read what is preloaded, but code in an argument may not.
 */
export function endsByAgent(step: CommandStep, env: NodeJS.ProcessEnv): boolean {
  const options = optionsOf(step, env);
  const isDenied =
    options.includes('--experimental-permission') ||
    (options.includes('--permission') && options.some((option) => CODE.test(option)));
  return isDenied && !isAllowed(options, 'read', agentFile());
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
  if (!isAllowed(options, 'read', agentFile())) missing.push(`--allow-fs-read=${agentFile()}`);
  if (!isAllowed(options, 'read', runs)) missing.push(`--allow-fs-read=${runs}*`);
  if (!isAllowed(options, 'write', runs)) missing.push(`--allow-fs-write=${runs}*`);
  return missing;
}

/** Whether an option allows a path: `*`, the path, a folder above it or a prefix that ends in `*`. */
function isAllowed(options: string[], access: 'read' | 'write', path: string): boolean {
  const prefix = `--allow-fs-${access}=`;
  return options.some((option) => {
    if (!option.startsWith(prefix)) return false;
    return option
      .slice(prefix.length)
      .split(',')
      .some((allowed) => {
        if (allowed.endsWith('*')) return path.startsWith(allowed.slice(0, -1));
        return path === allowed || path.startsWith(allowed.endsWith('/') ? allowed : `${allowed}/`);
      });
  });
}
