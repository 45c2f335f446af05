/** Writes lines for the launcher synchronously, without throwing or keeping the process alive. */

import * as fs from 'node:fs';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import { threadId } from 'node:worker_threads';
import type { LinkOrder, RunConfig } from '../../domain/link.js';
import { attempt } from '../guard.cjs';
import { ignoreClientSocket } from '../request/self-requests.cjs';
import { now } from '../request/traced-request.cjs';
import { orderReader } from './order-reader.cjs';
import { mayWriteAtOnce } from './write-credit.cjs';

// Characters kept until the launcher is connected; beyond it optional lines are only counted.
const MAX_QUEUED = 4 * 1024 * 1024;
/** Characters of a file before the next one is begun. */
const MAX_PART = 8 * 1024 * 1024;
/** Files that the launcher has not removed yet. */
const MAX_PARTS = 8;
/** Characters of a turn that wait for its end. */
const MAX_PENDING = 64 * 1024;
/** ms after which a launcher that is behind is looked at again: a look is a system call. */
const LOOK_MS = 5;

// Bound at load, before an instrument wraps them to time calls of the app, or fake timers of the
// app replace them.
const { closeSync, existsSync, openSync, writeSync } = fs;
const atEndOfTurn = setImmediate;

let socket: Socket | undefined;
let folder = '';
let fd = -1;
let part = 0;
let size = 0;
let queue: string[] = [];
let queuedSize = 0;
let dropped = 0;
/** Lines that the end of the turn writes. */
let pending = '';
let isFlushPlanned = false;
/** performance.now() when the launcher was last seen to be too far behind. */
let behindAt = Number.NEGATIVE_INFINITY;
/** True while the file ends in a partial line. */
let hasPartialLine = false;
/** True once the launcher has exited. */
let isClosed = false;

/** Appends what waits to be encoded; set by the recorder. */
let appendEncoded: () => void = () => {};

/** Sets the function that appends lines which are only encoded when the others are written. */
export function beforeFlush(append: () => void): void {
  appendEncoded = append;
}

/**
 * Appends lines, each ended by a newline, to a file in the run folder, which survives any end of
 * this process; `optional` lines are dropped while the launcher is too far behind in reading. They
 * are written before this returns, or, where there are too many for that, with the others of this
 * turn of the event loop (see write-credit). The socket is not used: a write wakes its reader,
 * which costs the app four times as much as an append. The launcher reads when a response has
 * passed the proxy, and periodically.
 */
export function sendLines(lines: string, optional: boolean): void {
  appendEncoded();
  appendLines(lines, optional);
  if (mayWriteAtOnce()) writePending();
}

/** `sendLines` at the end of the turn. */
export function appendLines(lines: string, optional: boolean): void {
  if (isClosed) return;
  if (fd < 0) return enqueue(lines, optional);
  if (size > MAX_PART && !startNextPart() && optional) {
    dropped++;
    return;
  }
  size += lines.length;
  pending += lines;
  if (pending.length > MAX_PENDING) writePending();
  else planFlush();
}

/** Makes the end of this turn call `flushLines`. */
export function planFlush(): void {
  if (isFlushPlanned) return;
  isFlushPlanned = true;
  // Not `unref`ed, or the loop would sleep before it; it keeps a process for no more than a turn.
  atEndOfTurn(attempt, flushPlanned);
}

/** Writes the lines of this turn now: what follows may end the process, or block it. */
export function flushLines(): void {
  appendEncoded();
  writePending();
}

function writePending(): void {
  if (pending === '' || fd < 0) return;
  const lines = pending;
  pending = '';
  write(lines);
}

function flushPlanned(): void {
  isFlushPlanned = false;
  flushLines();
}

/** Takes the number of lines dropped since the last call. */
export function takeDroppedCount(): number {
  const taken = dropped;
  dropped = 0;
  return taken;
}

/** Makes the launcher read the file now. */
export function wakeLauncher(): void {
  flushLines();
  if (socket?.writable) socket.write('{"t":"wake"}\n');
}

/**
 * Connects to the launcher, sending `hello` first. `onOrder` receives its orders, `onEnd` is called
 * once when it has exited or cannot be reached.
 */
export function connectToLauncher(
  run: RunConfig,
  hello: string,
  onOrder: (order: LinkOrder) => void,
  onEnd: () => void,
): void {
  if (socket !== undefined) return;
  const end = () => {
    if (isClosed) return;
    isClosed = true;
    // The app may have closed it: it closes all descriptors that it does not know.
    if (fd >= 0) attempt(closeSync, fd);
    fd = -1;
    queue = [];
    pending = '';
    onEnd();
  };
  folder = dirname(run.socket);
  if (!openPart()) return end();
  const net: typeof import('node:net') = require('node:net');
  socket = net.connect(run.socket);
  attempt(ignoreClientSocket, socket);
  socket.unref();
  socket.write(hello);
  // No reconnection: the launcher outlives the app, so a closed socket means that it has exited.
  socket.on('error', end);
  socket.on('close', end);
  socket.on('data', orderReader(onOrder));
  size += queuedSize;
  for (const lines of queue) write(lines);
  queue = [];
}

function enqueue(lines: string, optional: boolean): void {
  if (optional && queuedSize > MAX_QUEUED) {
    dropped++;
    return;
  }
  queue.push(lines);
  queuedSize += lines.length;
}

/** Whether the lines could be written in full; those that were not are counted as dropped. */
function write(lines: string): boolean {
  // A newline ends a partial line, so that the launcher loses only that line.
  const text = hasPartialLine ? `\n${lines}` : lines;
  const length = Buffer.byteLength(text);
  let written = 0;
  try {
    written = writeSync(fd, text);
    if (written < length) written += writeSync(fd, Buffer.from(text), written);
  } catch {
    // The disk is full.
  }
  if (written === length) hasPartialLine = false;
  else {
    hasPartialLine ||= written > 0;
    dropped += countLines(Buffer.from(text).subarray(written));
  }
  return written === length;
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++;
  return lines;
}

/** Begins the next file, so that the launcher can remove the last; false while it has 8 to read. */
function startNextPart(): boolean {
  if (part >= MAX_PARTS) {
    if (now() - behindAt < LOOK_MS) return false;
    if (existsSync(partPath(part - MAX_PARTS + 1))) {
      behindAt = now();
      return false;
    }
  }
  writePending();
  if (!write('{"t":"next"}\n')) return false;
  closeSync(fd);
  return openPart();
}

function openPart(): boolean {
  try {
    fd = openSync(partPath(++part), 'a', 0o600);
    size = 0;
    hasPartialLine = false;
    return true;
  } catch {
    fd = -1;
    return false;
  }
}

function partPath(n: number): string {
  return `${folder}/${process.pid}-${threadId}-${n}.lines`;
}
