/**
 * Reader of the line files of one process (`<pid>-<thread>-<part>.lines`), which are deleted once
 * they are read.
 */

import { closeSync, existsSync, openSync, readdirSync, readSync, rmSync, statSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import type { LinkLine } from '../domain/link.js';
import { parseLine } from './parse-line.js';

const CHUNK_BYTES = 64 * 1024;
// Bytes read in one turn: requests are served between the turns of a backlog.
const MAX_BYTES_PER_TURN = 1024 * 1024;
/** Characters; the agent writes no line as long. */
const MAX_LINE = 16 * 1024 * 1024;
const LINE_BREAK = 0x0a;
const PART = /^(\d+-\d+)-(\d+)\.lines$/;
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

/** Position in the files of a process, at the beginning of a line. */
export interface SpoolPosition {
  part: number;
  /** In bytes. */
  offset: number;
}

/** Files of one process, read in order from part 1 on. */
export class Spool {
  #path: (part: number) => string;
  #sink: LineSink;
  #part = 1;
  #fd = -1;
  #position = 0;
  /** Position behind the last line break. */
  #lineStart = 0;
  #decoder = new StringDecoder('utf8');
  #rest = '';
  /** True while the rest of a line of more than MAX_LINE characters is skipped. */
  #skipping = false;
  /** True when a lost line may have been the `next` line, which leads to the next file. */
  #mayHaveMissedNext = false;

  /**
   * `name` is `<pid>-<thread>`, as in the names of the files. Reading begins at `from`; at the end
   * of what is written it leaves out what has failed an earlier reader.
   */
  constructor(folder: string, name: string, sink: LineSink, from?: SpoolPosition | 'end') {
    this.#path = (part) => `${folder}/${name}-${part}.lines`;
    this.#sink = sink;
    if (from !== undefined) this.#resume(from, partsOf(folder, name));
  }

  /** Position up to which all lines were passed to the sink. */
  get position(): SpoolPosition {
    return { part: this.#part, offset: this.#lineStart };
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
      const lineEnd = buffer.lastIndexOf(LINE_BREAK, count - 1);
      if (count > 0 && lineEnd >= 0) this.#lineStart = this.#position + lineEnd + 1;
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

  #resume(from: SpoolPosition | 'end', parts: number[]): void {
    const { part, offset } = from === 'end' ? { part: Math.max(1, ...parts), offset: undefined } : from;
    // Files that were read whole since then are removed.
    this.#part =
      parts.includes(part) || parts.length === 0 ? part : Math.min(...parts.filter((other) => other > part));
    const path = this.#path(this.#part);
    const end = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    this.#position = this.#lineStart = this.#part === part ? (offset ?? end) : 0;
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
    this.#position = this.#lineStart = 0;
    try {
      rmSync(finishedPath, { force: true });
    } catch {
      // The file is deleted with the run's folder.
    }
  }
}

/** Numbers of the files that a process has written and no reader has removed yet. */
function partsOf(folder: string, name: string): number[] {
  const parts = readdirSync(folder).map((file) => PART.exec(file));
  return parts.flatMap((part) => (part?.[1] === name ? Number(part[2]) : []));
}
