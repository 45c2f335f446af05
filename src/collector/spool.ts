/**
 * Reader of the line files of one process (`<pid>-<thread>-<part>.lines`), which are deleted once
 * they are read.
 */

import { closeSync, existsSync, openSync, readSync, rmSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import type { LinkLine } from '../domain/link.js';
import { parseLine } from './parse-line.js';

const CHUNK_BYTES = 64 * 1024;
// Bytes read in one turn: requests are served between the turns of a backlog.
const MAX_BYTES_PER_TURN = 1024 * 1024;
/** Characters; the agent writes no line as long. */
const MAX_LINE = 16 * 1024 * 1024;
const buffer = Buffer.allocUnsafe(CHUNK_BYTES);

/** Receiver of the lines of a spool. */
export interface LineSink {
  line(line: LinkLine): void;
  /**
   * Receives a line that could not be parsed, or whose handling threw: the part of it that was
   * read.
   */
  lost(text: string): void;
}

/** Files of one process, read in order from part 1 on. */
export class Spool {
  #path: (part: number) => string;
  #sink: LineSink;
  #part = 1;
  #fd = -1;
  #position = 0;
  #decoder = new StringDecoder('utf8');
  #rest = '';
  /** True while the rest of a line of more than MAX_LINE characters is skipped. */
  #skipping = false;
  /** True when a lost line may have been the `next` line, which leads to the next file. */
  #mayHaveMissedNext = false;

  /** `name` is `<pid>-<thread>`, as in the names of the files. */
  constructor(folder: string, name: string, sink: LineSink) {
    this.#path = (part) => `${folder}/${name}-${part}.lines`;
    this.#sink = sink;
  }

  /**
   * Passes new lines to the sink; returns true when there is more to read at once. A bad line costs
   * only that line.
   */
  read(): boolean {
    for (let bytes = 0; bytes < MAX_BYTES_PER_TURN; ) {
      // Checked before the read: a file is complete once the next file exists.
      const isFollowed = this.#mayHaveMissedNext && existsSync(this.#path(this.#part + 1));
      const count = this.#fill();
      if (count === 0 && !isFollowed) return false;
      if (count === 0) this.#startNextPart();
      bytes += count;
      this.#position += count;
      this.#splitLines(this.#decoder.write(buffer.subarray(0, count)));
    }
    return true;
  }

  /** Reads everything that is left after the process exited; the last line may be cut off. */
  finish(): void {
    while (this.read());
    if (this.#rest !== '') this.#reportLost(this.#rest);
    this.#rest = '';
    this.close();
  }

  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
  }

  /** Bytes read into the buffer; 0 at the end of the file. */
  #fill(): number {
    try {
      if (this.#fd < 0) this.#fd = openSync(this.#path(this.#part), 'r');
      return readSync(this.#fd, buffer, 0, CHUNK_BYTES, this.#position);
    } catch {
      // The file does not exist yet, or cannot be read at the moment.
      return 0;
    }
  }

  #splitLines(text: string): void {
    const texts = (this.#rest + text).split('\n');
    this.#rest = texts.pop()!;
    if (this.#skipping && texts.length > 0) {
      texts.shift();
      this.#skipping = false;
    }
    for (const text of texts) this.#passLine(text);
    if (this.#skipping) this.#rest = '';
    else if (this.#rest.length > MAX_LINE) this.#skip();
  }

  #passLine(text: string): void {
    // After a failed write a process starts with a line break, and nothing of the failed line may
    // be there.
    if (text === '') return;
    try {
      const line = parseLine(text);
      if (line.t === 'next') this.#startNextPart();
      else this.#sink.line(line);
    } catch {
      this.#reportLost(text);
    }
  }

  #skip(): void {
    this.#reportLost(this.#rest);
    this.#rest = '';
    this.#skipping = true;
  }

  #reportLost(text: string): void {
    this.#mayHaveMissedNext = true;
    this.#sink.lost(text);
  }

  #startNextPart(): void {
    if (this.#rest !== '') this.#reportLost(this.#rest);
    this.#rest = '';
    this.#skipping = false;
    this.#mayHaveMissedNext = false;
    this.#decoder = new StringDecoder('utf8');
    this.close();
    const finishedPath = this.#path(this.#part++);
    this.#position = 0;
    try {
      rmSync(finishedPath, { force: true });
    } catch {
      // The file is deleted with the run's folder.
    }
  }
}
