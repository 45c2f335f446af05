/**
 * Receives the child's output (`run --ui`) and decides, when the child exits, whether it is
 * restarted.
 */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Exit of the command. */
export interface ChildExit {
  /**
   * Exit code; 128+n after signal n, 127 for an unknown command, 126 for a command without
   * permission.
   */
  code: number;
  signal?: NodeJS.Signals;
  /** Why the command could not be started. */
  trouble?: string;
}

/** Controls of the running command. */
export interface ChildHandle {
  /** Writes to its stdin; does nothing while it is not running. */
  write(text: string): void;
  /** Ends it with its process group, by the signal (default SIGTERM) and later by SIGKILL. */
  end(signal?: NodeJS.Signals): void;
}

/** Receiver of the command's output and exits. */
export interface OutputSink {
  childStarted(child: ChildHandle): void;
  childPrinted(text: string, stream: 'out' | 'err'): void;
  /** The command has exited by itself; resolves with true to restart it. */
  childExited(exit: ChildExit): Promise<boolean>;
  /**
   * The run ends by a signal: a pending childExited() is to resolve without waiting for the user.
   */
  runEnding(): void;
}

// Processes that the command has started may keep its output open after it has exited.
const DRAIN_MS = 300;
const POLL_MS = 50;
// After SIGKILL, zombies still count as members of the group until their parent reaps them.
const REAP_MS = 500;

/** Pipes a command's stdout and stderr to the sink, decoded as UTF-8 in whole characters. */
export function pipeOutput(child: ChildProcess, sink: OutputSink): void {
  child.stdout?.setEncoding('utf8').on('data', (text: string) => sink.childPrinted(text, 'out'));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => sink.childPrinted(text, 'err'));
  // Writing to a command that has closed its stdin or exited emits EPIPE.
  child.stdin?.on('error', () => {});
}

/** Resolves once all output of an exited command has been read, after at most DRAIN_MS. */
export async function outputDrained(child: ChildProcess): Promise<void> {
  const streamEnds = [child.stdout, child.stderr].map((stream) =>
    stream && !stream.readableEnded ? once(stream, 'close') : undefined,
  );
  const drained = new AbortController();
  const timedOut = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, DRAIN_MS);
    drained.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  await Promise.race([Promise.allSettled(streamEnds), timedOut]);
  drained.abort();
  child.stdout?.destroy();
  child.stderr?.destroy();
}

/** Sends a signal to a process group; false where no process is left in it. */
export function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(process.platform === 'win32' ? leader : -leader, signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * Ends a process group by the signal, after `killAfterMs` by SIGKILL; resolves once no process is
 * left.
 */
export async function endGroup(leader: number, signal: NodeJS.Signals, killAfterMs: number): Promise<void> {
  const deadline = performance.now() + killAfterMs;
  signalGroup(leader, signal);
  while (signalGroup(leader, 0)) {
    const late = performance.now() - deadline;
    if (late > REAP_MS) return;
    if (late > 0) signalGroup(leader, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
