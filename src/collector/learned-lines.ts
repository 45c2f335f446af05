/**
 * Copy of the lines that later lines refer to (maps, frames, stacks, libraries): a process sends
 * each once, and a collector that takes over from one that has failed reads them here.
 */

import { appendFileSync, readFileSync } from 'node:fs';
import type { LinkLine } from '../domain/link.js';
import type { AppIdentity } from './link-server.js';
import { parseLine } from './parse-line.js';

const LEARNED = new Set<LinkLine['t']>(['map', 'frames', 'stack', 'library']);

/** Whether later lines may refer to a line. */
export function isLearned({ t }: LinkLine): boolean {
  return LEARNED.has(t);
}

/** The copied lines of one process; `name` is `<pid>-<thread>`. */
export class LearnedLines {
  readonly #path: string;

  constructor(folder: string, name: string) {
    this.#path = `${folder}/${name}.learned`;
  }

  /** Begins with the process's `hello`, which is gone once its first file is read. */
  begin({ pid, ppid, command, cwd, node, thread, origin }: AppIdentity): void {
    this.add({ t: 'hello', token: '', pid, ppid, command, cwd, node, thread, origin });
  }

  add(line: LinkLine): void {
    try {
      appendFileSync(this.#path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    } catch {
      // The disk is full: a later collector shows these calls without their stacks.
    }
  }

  /** All lines so far; those that cannot be read are left out. */
  read(): LinkLine[] {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch {
      return [];
    }
    return text.split('\n').flatMap((line) => {
      try {
        return [parseLine(line)];
      } catch {
        return [];
      }
    });
  }
}
