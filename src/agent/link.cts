/** Carries lines to the launcher: written in the same turn, never blocking, never throwing, never keeping the app alive. */

import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Order, Run } from '../trace.js';

// What may wait for a launcher that is slow or not there yet; beyond it spans are counted, not kept.
const MOST_WAITING_BYTES = 8 * 1024 * 1024;
const RETRY_MS = 5;
const LAST_WORDS_MS = 50;

// Taken once, so that an app's fake clock does not stop ours.
const later = setTimeout;
const clock: () => number = performance.now.bind(performance);

let socket: Socket | undefined;
let fd = -1;
let waiting: Buffer[] = [];
let waitingBytes = 0;
let retrying = false;
let dropped = 0;
let gone = false;

/**
 * Hands lines (each ended by a newline) to the launcher; `optional` ones are dropped when too much waits. Unless the
 * launcher is behind they are in the kernel's hands when this returns: a process killed now has told them.
 * Written to the descriptor itself, since what a stream has queued is lost at exit and cannot be asked for.
 */
export function send(lines: string, optional: boolean): void {
  if (gone) return;
  if (optional && waitingBytes > MOST_WAITING_BYTES) {
    dropped++;
    return;
  }
  if (fd < 0 || waiting.length > 0) {
    wait(Buffer.from(lines));
    return;
  }
  const rest = tryWrite(lines);
  if (rest !== undefined) wait(rest);
}

/** Answers how many optional lines were dropped since the last asking. */
export function takeDropped(): number {
  const taken = dropped;
  dropped = 0;
  return taken;
}

/** Connects to the launcher; `hello` goes first. `ordered` is told what the launcher says, `ended` that it is gone. */
export function connect(run: Run, hello: string, ordered: (order: Order) => void, ended: () => void): void {
  if (socket !== undefined) return;
  const net: typeof import('node:net') = require('node:net');
  socket = net.connect(run.socket);
  socket.unref();
  socket.on('connect', () => {
    fd = descriptor();
    if (fd < 0) return end();
    waiting.unshift(Buffer.from(hello));
    drain();
  });
  // No second try: the launcher outlives the app, so a link that ends does so because the launcher has.
  const end = () => {
    if (gone) return;
    gone = true;
    fd = -1;
    waiting = [];
    waitingBytes = 0;
    ended();
  };
  socket.on('error', end);
  socket.on('close', end);
  socket.on('data', reader(ordered));
}

/** Pushes out what still waits, for at most 50 ms: the process is about to end. */
export function flush(): void {
  const deadline = clock() + LAST_WORDS_MS;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  while (waiting.length > 0 && fd >= 0 && clock() < deadline) {
    drain();
    if (waiting.length > 0) Atomics.wait(pause, 0, 0, 1);
  }
}

function wait(bytes: Buffer): void {
  waiting.push(bytes);
  waitingBytes += bytes.length;
  retry();
}

function retry(): void {
  if (retrying || fd < 0) return;
  retrying = true;
  later(() => {
    retrying = false;
    drain();
  }, RETRY_MS).unref();
}

function drain(): void {
  while (waiting.length > 0 && fd >= 0) {
    const bytes = waiting[0]!;
    const rest = tryWrite(bytes);
    waitingBytes -= bytes.length - (rest?.length ?? 0);
    if (rest !== undefined) {
      waiting[0] = rest;
      return retry();
    }
    waiting.shift();
  }
}

/** Answers the bytes that the kernel did not take. */
function tryWrite(lines: string | Buffer): Buffer | undefined {
  let written = 0;
  try {
    written = typeof lines === 'string' ? writeSync(fd, lines) : writeSync(fd, lines);
  } catch (error) {
    // Full. Anything else means that the launcher is gone, which the socket's own events tell.
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return undefined;
  }
  if (typeof lines === 'string') {
    // A character is at least a byte, so nothing less can have been everything.
    if (written >= lines.length && written === Buffer.byteLength(lines)) return undefined;
    return Buffer.from(lines).subarray(written);
  }
  return written === lines.length ? undefined : lines.subarray(written);
}

function descriptor(): number {
  return (socket as unknown as { _handle?: { fd?: number } })._handle?.fd ?? -1;
}

function reader(ordered: (order: Order) => void): (chunk: Buffer) => void {
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
