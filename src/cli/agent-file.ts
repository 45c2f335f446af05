/** Location of what belongs to the program, such as the agent: beside the command line's bundle. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Absolute path of the agent that belongs to this program. Throws an Error when the package is
 * incomplete.
 */
export function agentFile(): string {
  return packageFile('agent.cjs');
}

/** Absolute path of a file or folder of dist; throws an Error when the package is incomplete. */
export function packageFile(name: string): string {
  for (const folder of ['./', '../', '../../', '../../../']) {
    const path = fileURLToPath(new URL(folder + name, import.meta.url));
    if (existsSync(path)) return path;
  }
  throw new Error(`${name} is missing beside the program: the package is incomplete`);
}
