/** Location of the agent: one file beside the command line's bundle. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Absolute path of the agent that belongs to this program. Throws an Error when the package is
 * incomplete.
 */
export function agentFile(): string {
  for (const relative of ['./agent.cjs', '../agent.cjs', '../../agent.cjs']) {
    const path = fileURLToPath(new URL(relative, import.meta.url));
    if (existsSync(path)) return path;
  }
  throw new Error('the agent (agent.cjs) is missing beside the program: the package is incomplete');
}
