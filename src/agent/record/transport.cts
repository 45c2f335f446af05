/** Writes lines for the launcher synchronously, without throwing or keeping the process alive. */

import * as fs from 'node:fs';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import { threadId } from 'node:worker_threads';
import type { LinkOrder, RunConfig } from '../../domain/link.js';
import { attempt } from '../guard.cjs';
import { withoutPublishing } from '../quiet-channel.cjs';
import { now } from '../request/traced-request.cjs';
import { orderReader } from './order-reader.cjs';
import { mayWriteAtOnce } from './write-credit.cjs';

// Bytes kept until the launcher is connected; beyond it optional lines are not kept, and beyond the
// double of it no others.
const MAX_QUEUED = 4 * 1024 * 1024;
/** Bytes of a file before the next one is begun. */
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
let lostLines = 0;
let connector: (() => void) | undefined;
/** Lines that are written together, at the end of the turn. */
let pending = '';
let isFlushPlanned = false;
/** performance.now() when the launcher was last seen to be too far behind. */
let behindAt = Number.NEGATIVE_INFINITY;
/** Appends what waits to be encoded; set by the recorder. */
let appendEncoded: () => void = () => {};
/** True while the file ends in a partial line. */
let hasPartialLine = false;
/** True once the launcher has exited. */
let isClosed = false;
/** True where no file can be written, by Node's permission model or on a full disk. */
let isMute = false;

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
 * passed the proxy, and periodically. Returns false if the lines are lost; those that are not
 * optional are counted, and all that are lost with others of their turn.
 */
export function sendLines(lines: string, optional: boolean): boolean {
  appendEncoded();
  if (!mayWriteAtOnce() || fd < 0 || isClosed) return appendLines(lines, optional);
  if (size > MAX_PART && !startNextPart() && optional) return false;
  writePending();
  const isWritten = write(lines);
  if (!isWritten && !optional) lostLines++;
  return isWritten;
}

/** Sets how this process connects, if it has calls to tell before a server of it listens. */
export function onConnectionWanted(connect: () => void): void {
  connector = connect;
}

/** Connects to the launcher, unless that has been done. */
export function wantConnection(): void {
  if (socket !== undefined || isClosed || connector === undefined) return;
  const connect = connector;
  connector = undefined;
  attempt(connect);
}

/** `sendLines` at the end of the turn. */
export function appendLines(lines: string, optional: boolean): boolean {
  if (isClosed || isMute) return true;
  if (fd < 0) return enqueue(lines, optional);
  if (size + pending.length > MAX_PART && !startNextPart() && optional) return false;
  pending += lines;
  if (pending.length > MAX_PENDING) writePending();
  else planFlush();
  return true;
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
  if (!write(lines)) lostLines += lines.split('\n').length - 1;
}

function flushPlanned(): void {
  isFlushPlanned = false;
  flushLines();
}

/** Takes the number of lines, other than optional ones, that were lost since the last call. */
export function takeLostLines(): number {
  const taken = lostLines;
  lostLines = 0;
  return taken;
}

/** Makes the launcher read the file now. */
export function wakeLauncher(): void {
  flushLines();
  sendAtOnce('{"t":"wake"}\n');
}

/**
 * Sends a line on the socket, and makes the launcher read the file: where servers listen is for its
 * proxy, which waits for no reader of files.
 */
export function sendAtOnce(line: string): void {
  if (socket?.writable) socket.write(line);
}

/**
 * Connects to the launcher, sending `hello` first, before any file is opened: where none can be
 * written, the app is served all the same, and the launcher says why nothing is recorded. `onOrder`
 * receives its orders; `onEnd` is called once when nothing can be recorded (any more): no file can be
 * written, or the launcher has exited or cannot be reached.
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
  const net: typeof import('node:net') = require('node:net');
  socket = withoutPublishing('net.client.socket', () => new net.Socket().connect(run.socket));
  socket.unref();
  socket.write(hello);
  // No reconnection: the launcher outlives the app, so a closed socket means that it has exited.
  socket.on('error', end);
  socket.on('close', end);
  socket.on(
    'data',
    orderReader((order) => {
      // It is not to record, whatever is ordered.
      if (!isMute || order.t === 'certificate') onOrder(order);
    }),
  );
  if (openPart()) {
    // A process that ends before it is connected is known by its file, which needs no token.
    write(hello.replace(run.token, ''));
    for (const lines of queue) write(lines);
  } else {
    isMute = true;
    socket.write('{"t":"mute"}\n');
    onEnd();
  }
  queue = [];
}

function enqueue(lines: string, optional: boolean): boolean {
  if (queuedSize > (optional ? MAX_QUEUED : 2 * MAX_QUEUED)) {
    if (!optional) lostLines++;
    return false;
  }
  queue.push(lines);
  queuedSize += Buffer.byteLength(lines);
  return true;
}

/** Whether the lines could be written in full. */
function write(lines: string): boolean {
  // A newline ends a partial line, so that the launcher loses only that line.
  const text = hasPartialLine ? `\n${lines}` : lines;
  const length = Buffer.byteLength(text);
  size += length;
  let written = 0;
  try {
    written = writeSync(fd, text);
    if (written < length) written += writeSync(fd, Buffer.from(text), written);
  } catch {
    // The disk is full.
  }
  if (written === length) hasPartialLine = false;
  else hasPartialLine ||= written > 0;
  return written === length;
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
