/** The run's folder, and the environment in which the app starts with the agent inside. */

import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isProcessAlive } from '../control/process-alive.js';
import type { Recording, RunConfig } from '../domain/link.js';

/** The folder through which the launcher and its agents find each other; only its owner may enter. */
export interface RunFolder {
  path: string;
  run: RunConfig;
  /** Writes the note again, for processes that start from now on. */
  update(change: Partial<RunConfig>): void;
  remove(): void;
}

// sun_path holds 108 bytes, and is cut without a word.
const LONGEST_SOCKET = 100;
const PREFIX = 'scooby-';

/** Makes the run's folder with its note. Throws when no temporary folder has a path short enough for a socket. */
export function makeRunFolder(record: Recording, takePort: number | undefined): RunFolder {
  const base = [process.env.XDG_RUNTIME_DIR, tmpdir(), '/tmp'].find(
    (folder) =>
      folder &&
      Buffer.byteLength(join(folder, `${PREFIX}0000000-000000`, 'link')) <= LONGEST_SOCKET &&
      writable(folder),
  );
  if (base === undefined)
    throw new Error('no temporary folder has a path short enough for a socket; set TMPDIR to a shorter one');
  sweep(base);
  const path = mkdtempSync(join(base, `${PREFIX}${process.pid}-`));
  chmodSync(path, 0o700);
  const secretly = () => randomBytes(24).toString('base64url');
  const run: RunConfig = { socket: join(path, 'link'), token: secretly(), secret: secretly(), record };
  if (takePort !== undefined) run.takePort = takePort;
  const update = (change: Partial<RunConfig>) => {
    Object.assign(run, change);
    writeFileSync(join(path, 'run.json'), JSON.stringify(run), { mode: 0o600 });
  };
  update({});
  return { path, run, update, remove: () => rmSync(path, { recursive: true, force: true }) };
}

function writable(folder: string): boolean {
  try {
    rmSync(mkdtempSync(join(folder, PREFIX)), { recursive: true });
    return true;
  } catch {
    return false;
  }
}

/** Removes the folders of launchers that were killed. */
function sweep(base: string): void {
  for (const name of readdirSync(base)) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isProcessAlive(Number(pid))) continue;
    try {
      rmSync(join(base, name), { recursive: true });
    } catch {
      // Another user's.
    }
  }
}

/** Answers the environment in which every Node process loads the agent: NODE_OPTIONS appended, never replaced. */
export function appEnvironment(env: NodeJS.ProcessEnv, agent: string, folder: string): NodeJS.ProcessEnv {
  const quoted = agent.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  const options = [env.NODE_OPTIONS, `--require "${quoted}"`].filter(Boolean).join(' ');
  return { ...env, NODE_OPTIONS: options, SCOOBY_RUN: folder };
}
