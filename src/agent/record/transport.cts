/** Carries lines to the launcher: written in the same turn, never blocking, never throwing, never keeping the app alive. */

import * as fs from 'node:fs';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import { threadId } from 'node:worker_threads';
import type { LinkOrder, RunConfig } from '../../domain/trace.js';

// What is kept until there is somewhere to write it; beyond it spans are counted, not kept.
const MOST_WAITING = 4 * 1024 * 1024;
const LARGEST_PART = 8 * 1024 * 1024;
const MOST_PARTS = 8;

// Taken once: the app's calls are timed, not ours.
const { closeSync, existsSync, openSync, writeSync } = fs;

let socket: Socket | undefined;
let folder = '';
let fd = -1;
let part = 0;
let size = 0;
let waiting: string[] = [];
let waitingSize = 0;
let dropped = 0;
/** The file ends in half a line. */
let torn = false;
let gone = false;

/**
 * Hands lines (each ended by a newline) to the launcher; `optional` ones are dropped when nobody reads them. They are in
 * a file of the run's folder when this returns, which outlives this process however it ends. A file and not the socket:
 * writing to a socket wakes its reader, which costs the app four times what an appended line does; the launcher looks
 * when a response has passed through it, and now and then.
 */
export function sendLines(lines: string, optional: boolean): void {
  if (gone) return;
  if (fd < 0) return wait(lines, optional);
  if (size > LARGEST_PART && !turnOver() && optional) {
    dropped++;
    return;
  }
  write(lines);
}

/** Answers how many optional lines were dropped since the last asking. */
export function takeDroppedCount(): number {
  const taken = dropped;
  dropped = 0;
  return taken;
}

/** Asks the launcher to look now. */
export function wakeLauncher(): void {
  if (socket?.writable) socket.write('{"t":"wake"}\n');
}

/** Joins the launcher; `hello` goes first. `ordered` is told what the launcher says, `ended` that it is gone. */
export function connectToLauncher(
  run: RunConfig,
  hello: string,
  ordered: (order: LinkOrder) => void,
  ended: () => void,
): void {
  if (socket !== undefined) return;
  const end = () => {
    if (gone) return;
    gone = true;
    if (fd >= 0) closeSync(fd);
    fd = -1;
    waiting = [];
    ended();
  };
  folder = dirname(run.socket);
  if (!openPart()) return end();
  const net: typeof import('node:net') = require('node:net');
  socket = net.connect(run.socket);
  socket.unref();
  socket.write(hello);
  // No second try: the launcher outlives the app, so a link that ends does so because the launcher has.
  socket.on('error', end);
  socket.on('close', end);
  socket.on('data', reader(ordered));
  for (const lines of waiting) write(lines);
  waiting = [];
}

function wait(lines: string, optional: boolean): void {
  if (optional && waitingSize > MOST_WAITING) {
    dropped++;
    return;
  }
  waiting.push(lines);
  waitingSize += lines.length;
}

/** Answers whether all of it could be written; what could not is counted as lost. */
function write(lines: string): boolean {
  size += lines.length;
  // Half a line costs the launcher that line: it has to end before the next one.
  const text = torn ? `\n${lines}` : lines;
  const whole = Buffer.byteLength(text);
  let written = 0;
  try {
    written = writeSync(fd, text);
    if (written < whole) written += writeSync(fd, Buffer.from(text), written);
  } catch {
    // The disk is full.
  }
  if (written === whole) torn = false;
  else {
    torn ||= written > 0;
    dropped++;
  }
  return written === whole;
}

/** Goes on in another file, so that the launcher can remove what it has read; not while it has removed nothing. */
function turnOver(): boolean {
  if (part >= MOST_PARTS && existsSync(partPath(part - MOST_PARTS + 1))) return false;
  if (!write('{"t":"next"}\n')) return false;
  closeSync(fd);
  return openPart();
}

function openPart(): boolean {
  try {
    fd = openSync(partPath(++part), 'a', 0o600);
    size = 0;
    torn = false;
    return true;
  } catch {
    fd = -1;
    return false;
  }
}

function partPath(n: number): string {
  return `${folder}/${process.pid}-${threadId}-${n}.lines`;
}

function reader(ordered: (order: LinkOrder) => void): (chunk: Buffer) => void {
  let text = '';
  return (chunk) => {
    text += chunk.toString('latin1');
    let end = text.indexOf('\n');
    while (end >= 0) {
      try {
        ordered(JSON.parse(text.slice(0, end)));
      } catch {
        // A launcher of another version: what it wants is not known here.
      }
      text = text.slice(end + 1);
      end = text.indexOf('\n');
    }
  };
}
