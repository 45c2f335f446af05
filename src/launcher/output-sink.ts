/** A screen that the command plays on: it has the command's output, and says what follows when the command has ended. */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** How the command ended. */
export interface ChildExit {
  /** Its exit code, 128+n when signal n ended it, 127 when there is no such command, 126 when it may not be run. */
  code: number;
  signal?: NodeJS.Signals;
  /** Why it could not be started. */
  trouble?: string;
}

/** What a screen can do with the command. */
export interface ChildHandle {
  /** Writes on its standard input; nothing while it does not run. */
  write(text: string): void;
  /** Ends it and all that it has started: as that signal does, and after a while for certain. */
  end(signal?: NodeJS.Signals): void;
}

export interface OutputSink {
  /** The command has been started. */
  started(player: ChildHandle): void;
  printed(text: string, stream: 'out' | 'err'): void;
  /** The command has ended by itself; answers whether it is to be started again. */
  ended(exit: ChildExit): Promise<boolean>;
  /** The run is being ended from elsewhere: nothing is to be waited for. */
  leave(): void;
}

// What the command has started may hold its output open for as long as it likes.
const LAST_WORDS_MS = 300;
const LOOK_MS = 50;
// Nobody is left after SIGKILL, but where nobody reaps them they are still counted.
const REAPED_MS = 500;

/** Hands on what a command prints, whole characters only. */
export function pipeOutput(child: ChildProcess, stage: OutputSink): void {
  child.stdout?.setEncoding('utf8').on('data', (text: string) => stage.printed(text, 'out'));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => stage.printed(text, 'err'));
  // It may not read what is typed, or have ended.
  child.stdin?.on('error', () => {});
}

/** Resolves once everything that a command printed has been read, or when it has been waited for long enough. */
export async function outputDrained(child: ChildProcess): Promise<void> {
  const ends = [child.stdout, child.stderr].map((stream) =>
    stream && !stream.readableEnded ? once(stream, 'close') : undefined,
  );
  const patience = new AbortController();
  const enough = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LAST_WORDS_MS);
    patience.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  await Promise.race([Promise.allSettled(ends), enough]);
  patience.abort();
  child.stdout?.destroy();
  child.stderr?.destroy();
}

/** Sends a signal to a command and to all that it has started; answers whether there was anybody. */
export function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(process.platform === 'win32' ? leader : -leader, signal);
    return true;
  } catch {
    return false;
  }
}

/** Ends a command and all that it has started; resolves once nobody is left, after at most that many ms of being asked. */
export async function endGroup(leader: number, signal: NodeJS.Signals, most: number): Promise<void> {
  const deadline = performance.now() + most;
  signalGroup(leader, signal);
  while (signalGroup(leader, 0)) {
    const late = performance.now() - deadline;
    if (late > REAPED_MS) return;
    if (late > 0) signalGroup(leader, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
