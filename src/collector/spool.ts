/** Reads the lines that one process of the app appends to its files in the run's folder, and removes what it has read. */

import { closeSync, existsSync, openSync, readSync, rmSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import type { LinkLine } from '../domain/link.js';
import { parseLine } from './parse-line.js';

const CHUNK = 64 * 1024;
// One slice of a backlog: requests go on in between.
const SLICE = 1024 * 1024;
// Longer than anything the agent says: a line with more is not one of ours.
const MAX_LINE = 16 * 1024 * 1024;
const buffer = Buffer.allocUnsafe(CHUNK);

/** Is handed what a spool reads. */
export interface LineSink {
  line(line: LinkLine): void;
  /** A line that could not be understood, or whose handling failed: as much of its text as is known. */
  lost(text: string): void;
}

/** The files of one process, from the first on. */
export class Spool {
  #path: (part: number) => string;
  #sink: LineSink;
  #part = 1;
  #fd = -1;
  #position = 0;
  #decoder = new StringDecoder('utf8');
  #rest = '';
  /** The line at hand is too long to be one: it is passed over to its end. */
  #skipping = false;
  /** A line was lost, which may have been the one that leads to the next file. */
  #mayHaveMissedNext = false;

  /** `name` is `<pid>-<thread>`. */
  constructor(folder: string, name: string, sink: LineSink) {
    this.#path = (part) => `${folder}/${name}-${part}.lines`;
    this.#sink = sink;
  }

  /** Hands on the lines that have come since, and answers whether there are more to read at once. A bad line costs that line. */
  read(): boolean {
    for (let bytes = 0; bytes < SLICE; ) {
      // Asked before reading: what has been written once the next file is there is all of this one.
      const isFollowed = this.#mayHaveMissedNext && existsSync(this.#path(this.#part + 1));
      const count = this.#fill();
      if (count === 0 && !isFollowed) return false;
      if (count === 0) this.#turnOver();
      bytes += count;
      this.#position += count;
      this.#take(this.#decoder.write(buffer.subarray(0, count)));
    }
    return true;
  }

  /** The process has ended: reads all that it has written, of which the last line may be half. */
  end(): void {
    while (this.read());
    if (this.#rest !== '') this.#lose(this.#rest);
    this.#rest = '';
    this.close();
  }

  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
  }

  #fill(): number {
    try {
      if (this.#fd < 0) this.#fd = openSync(this.#path(this.#part), 'r');
      return readSync(this.#fd, buffer, 0, CHUNK, this.#position);
    } catch {
      // Not made yet, or not readable now.
      return 0;
    }
  }

  #take(text: string): void {
    const texts = (this.#rest + text).split('\n');
    this.#rest = texts.pop()!;
    if (this.#skipping && texts.length > 0) {
      texts.shift();
      this.#skipping = false;
    }
    for (const text of texts) this.#hand(text);
    if (this.#skipping) this.#rest = '';
    else if (this.#rest.length > MAX_LINE) this.#skip();
  }

  #hand(text: string): void {
    // A process that failed to write a line ends it before the next one; there may be nothing of it.
    if (text === '') return;
    try {
      const line = parseLine(text);
      if (line.t === 'next') this.#turnOver();
      else this.#sink.line(line);
    } catch {
      this.#lose(text);
    }
  }

  #skip(): void {
    this.#lose(this.#rest);
    this.#rest = '';
    this.#skipping = true;
  }

  #lose(text: string): void {
    this.#mayHaveMissedNext = true;
    this.#sink.lost(text);
  }

  #turnOver(): void {
    if (this.#rest !== '') this.#lose(this.#rest);
    this.#rest = '';
    this.#skipping = false;
    this.#mayHaveMissedNext = false;
    this.#decoder = new StringDecoder('utf8');
    this.close();
    const read = this.#path(this.#part++);
    this.#position = 0;
    try {
      rmSync(read, { force: true });
    } catch {
      // It goes with the run's folder.
    }
  }
}
