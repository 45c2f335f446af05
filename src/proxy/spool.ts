/** Reads the lines that one process of the app appends to its files in the run's folder, and removes what it has read. */

import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import type { Line } from '../trace.js';

const CHUNK = 64 * 1024;
// One slice of a backlog: requests go on in between.
const SLICE = 1024 * 1024;
// Longer than anything the agent says: a file with more is not one of ours.
const LONGEST_LINE = 16 * 1024 * 1024;
const buffer = Buffer.allocUnsafe(CHUNK);

/** The files of one process, from the first on. */
export class Spool {
  #path: (part: number) => string;
  #part = 1;
  #fd = -1;
  #position = 0;
  #decoder = new StringDecoder('utf8');
  #rest = '';

  /** `name` is `<pid>-<thread>`. */
  constructor(folder: string, name: string) {
    this.#path = (part) => `${folder}/${name}-${part}.lines`;
  }

  /** Hands on the lines that have come since, and answers whether there are more to read at once. Throws on what is no line. */
  read(line: (line: Line) => void): boolean {
    for (let bytes = 0; bytes < SLICE; ) {
      const count = this.#open() ? readSync(this.#fd, buffer, 0, CHUNK, this.#position) : 0;
      if (count === 0) return false;
      bytes += count;
      this.#position += count;
      this.#take(this.#decoder.write(buffer.subarray(0, count)), line);
    }
    return true;
  }

  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
  }

  #open(): boolean {
    if (this.#fd >= 0) return true;
    try {
      this.#fd = openSync(this.#path(this.#part), 'r');
      return true;
    } catch {
      // Not made yet.
      return false;
    }
  }

  #take(text: string, tell: (line: Line) => void): void {
    const texts = (this.#rest + text).split('\n');
    this.#rest = texts.pop()!;
    if (this.#rest.length > LONGEST_LINE) throw new Error('not a line of the link');
    for (const text of texts) {
      const line = JSON.parse(text) as Line;
      if (line.t === 'next') this.#turnOver();
      else tell(line);
    }
  }

  #turnOver(): void {
    this.close();
    rmSync(this.#path(this.#part), { force: true });
    this.#part++;
    this.#position = 0;
  }
}
