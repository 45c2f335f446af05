/** Run folder with socket and run.json, and the app's environment that loads the agent. */

import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isProcessAlive } from '../control/process-alive.js';
import type { Recording, RunConfig } from '../domain/link.js';

/** Folder by which agents find their launcher; mode 0700. */
export interface RunFolder {
  path: string;
  run: RunConfig;
  /** Rewrites run.json, for processes that start from now on. */
  update(change: Partial<RunConfig>): void;
  remove(): void;
}

// sun_path of a Unix socket holds 108 bytes, and longer paths are truncated without an error.
const MAX_SOCKET_PATH_BYTES = 100;
const PREFIX = 'scooby-';

/**
 * Creates the run folder with its run.json. Throws when every temporary folder's path is too long
 * for a socket.
 */
export function makeRunFolder(record: Recording, takePort: number | undefined): RunFolder {
  const base = [process.env.XDG_RUNTIME_DIR, tmpdir(), '/tmp'].find(
    (folder) =>
      folder &&
      Buffer.byteLength(join(folder, `${PREFIX}0000000-000000`, 'link')) <= MAX_SOCKET_PATH_BYTES &&
      isWritable(folder),
  );
  if (base === undefined)
    throw new Error('no temporary folder has a path short enough for a socket; set TMPDIR to a shorter one');
  removeStaleFolders(base);
  const path = mkdtempSync(join(base, `${PREFIX}${process.pid}-`));
  chmodSync(path, 0o700);
  const randomToken = () => randomBytes(24).toString('base64url');
  const run: RunConfig = { socket: join(path, 'link'), token: randomToken(), secret: randomToken(), record };
  if (takePort !== undefined) run.takePort = takePort;
  const update = (change: Partial<RunConfig>) => {
    Object.assign(run, change);
    writeFileSync(join(path, 'run.json'), JSON.stringify(run), { mode: 0o600 });
  };
  update({});
  return { path, run, update, remove: () => rmSync(path, { recursive: true, force: true }) };
}

function isWritable(folder: string): boolean {
  try {
    rmSync(mkdtempSync(join(folder, PREFIX)), { recursive: true });
    return true;
  } catch {
    return false;
  }
}

/** Removes the run folders of launchers that were killed. */
function removeStaleFolders(base: string): void {
  for (const name of readdirSync(base)) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isProcessAlive(Number(pid))) continue;
    try {
      rmSync(join(base, name), { recursive: true });
    } catch {
      // The folder belongs to another user.
    }
  }
}

/**
 * Environment in which every Node process loads the agent: NODE_OPTIONS is appended to, never
 * replaced.
 */
export function appEnvironment(env: NodeJS.ProcessEnv, agent: string, folder: string): NodeJS.ProcessEnv {
  const quoted = agent.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  const options = [env.NODE_OPTIONS, `--require "${quoted}"`].filter(Boolean).join(' ');
  return { ...env, NODE_OPTIONS: options, SCOOBY_RUN: folder };
}
