/** The process around a test server: ends it and removes its folder as soon as the process that started it is gone. */

import { spawn } from 'node:child_process';
import { openSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What the guard is told, as JSON in its first argument. */
export interface Guarded {
  command: string;
  args: string[];
  /** Working folder, log and data; removed at the end. */
  folder: string;
  uid?: number;
  gid?: number;
  /** The signal that ends the server without leaving anything behind. */
  signal: NodeJS.Signals;
}

function guard({ command, args, folder, signal, ...user }: Guarded): void {
  const log = openSync(join(folder, 'log'), 'a');
  const server = spawn(command, args, { cwd: folder, stdio: ['ignore', log, log], ...user });
  let ending = false;
  server.on('error', () => process.exit(127));
  server.on('exit', (code) => {
    if (ending) rmSync(folder, { recursive: true, force: true });
    process.exit(code ?? 1);
  });
  // Standard input is a pipe that nobody writes to: it ends when its owner stops us or dies, however it dies.
  process.stdin.on('end', () => {
    ending = true;
    server.kill(signal);
    setTimeout(() => server.kill('SIGKILL'), 5_000);
  });
  process.stdin.resume();
}

guard(JSON.parse(process.argv[2]!));
