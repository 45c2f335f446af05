/** Opens a URL in the user's web browser. */

import { spawn } from 'node:child_process';

/** Opens a URL and returns a footer message: the URL itself when no opener can be started. */
export function openUrl(url: string): Promise<string> {
  const command =
    process.platform === 'darwin' ? 'open' : process.platform === 'win32' ? 'explorer' : 'xdg-open';
  return new Promise((resolve) => {
    const child = spawn(command, [url], { stdio: 'ignore', detached: true });
    child.on('error', () => resolve(url));
    child.on('spawn', () => resolve(`opened ${url}`));
    child.unref();
  });
}
