/**
 * Tells a signal that a terminal has sent to the whole foreground group from one sent to the launcher
 * alone: a process beside it, in the same group, has got it, too.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

/** The whole group is signalled at once; without /proc only the end of the other process tells it. */
const GROUP_MS = 200;
/** Ends with its standard input, and by any signal; without a core dump, as Ctrl-\\ would leave one. */
const WITNESS = 'ulimit -c 0; exec cat >/dev/null';

/** Watches for signals to the launcher's process group. */
export class GroupSignals {
  /** Ends by the signals of the group; its standard input ends with the launcher. */
  #witness: ChildProcess | undefined;

  /** Starts to watch; to be called before the app is started. */
  start(): void {
    const witness = spawn('/bin/sh', ['-c', WITNESS], { stdio: ['pipe', 'ignore', 'ignore'] });
    this.#witness = witness;
    const forget = () => {
      if (this.#witness === witness) this.#witness = undefined;
    };
    // Without the program, no signal is told from another. One that has ended tells by which it did: its
    // end may be heard of before the launcher's own signal.
    witness.once('error', forget);
    witness.stdin?.on('error', () => {});
    witness.unref();
    (witness.stdin as unknown as { unref?(): void } | null)?.unref?.();
  }

  stop(): void {
    const witness = this.#witness;
    this.#witness = undefined;
    witness?.stdin?.end();
    witness?.kill('SIGKILL');
  }

  /**
   * Whether the group has got the signal that the launcher has just got; undefined where that cannot
   * be told. Watches on for the next one.
   */
  async reachedGroup(signal: NodeJS.Signals): Promise<boolean | undefined> {
    const witness = this.#witness;
    if (witness === undefined || witness.pid === undefined) return undefined;
    if (witness.exitCode !== null || witness.signalCode !== null)
      return this.#renew(witness.signalCode === signal);
    const late = AbortSignal.timeout(GROUP_MS);
    const exited = await once(witness, 'exit', { signal: late }).catch(() => undefined);
    if (exited !== undefined) return this.#renew(exited[1] === signal);
    // On a busy machine it may have the signal, and not yet the time to end by it.
    return isPending(witness.pid, signal);
  }

  #renew(hasReached: boolean): boolean {
    this.start();
    return hasReached;
  }
}

/** Whether a process has been sent a signal that it has not handled yet. */
function isPending(pid: number, signal: NodeJS.Signals): boolean {
  try {
    const [, pending = '0'] =
      /^ShdPnd:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return ((BigInt(`0x${pending}`) >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n;
  } catch {
    return false;
  }
}
