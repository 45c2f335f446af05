/** Identity of a launcher's process, beyond its pid, which is used again after its end. */

import { readFileSync, readlinkSync } from 'node:fs';
import { isProcessAlive } from '../control/process-alive.js';

/** A launcher's process; fields other than `pid` are empty where the system has no /proc. */
export interface LauncherIdentity {
  pid: number;
  /** Clock ticks from the boot to its start. */
  started: string;
  /** Pid namespace: containers that share a temporary folder have pids of their own. */
  namespace: string;
  /** Id of the boot of the machine. */
  boot: string;
}

/** Identity of a process of this pid namespace. */
export function identityOf(pid: number): LauncherIdentity {
  return {
    pid,
    // Field 22; the name in parentheses, the second, may contain spaces.
    started: attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[19]!),
    namespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
    boot: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
  };
}

/**
 * Whether the process may have ended, by its pid. Of another boot (or machine) that is unknown, which
 * counts as running; of another pid namespace only the socket tells, so it counts as ended.
 */
export function mayHaveEnded(launcher: LauncherIdentity): boolean {
  const own = identityOf(process.pid);
  if (launcher.boot !== own.boot) return false;
  if (launcher.namespace !== own.namespace) return true;
  return (
    !isProcessAlive(launcher.pid) ||
    isZombie(launcher.pid) ||
    identityOf(launcher.pid).started !== launcher.started
  );
}

/** Whether a process has ended, and its parent has not taken note: in a container none may ever. */
function isZombie(pid: number): boolean {
  return attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!).startsWith('Z');
}

function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
