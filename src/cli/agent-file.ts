/** Where the agent is: one file beside the command line's bundle. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Answers the path of the agent that goes with this program. Throws where the package is incomplete. */
export function agentFile(): string {
  for (const place of ['./agent.cjs', '../agent.cjs', '../../agent.cjs']) {
    const path = fileURLToPath(new URL(place, import.meta.url));
    if (existsSync(path)) return path;
  }
  throw new Error('the agent (agent.cjs) is missing beside the program: the package is incomplete');
}
