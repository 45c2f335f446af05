/**
 * Table of contexts that all threads of the process share: under the number of a message stands the
 * request that it was sent in. Nothing of it is in the message, which the app sees as it was sent.
 */

import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';

/** Way of a message: to a thread, from it, or to a worker of a pool. */
export type Way = 0 | 1 | 2;

const KEY = 'scooby:contexts';
const SLOTS = 4096;
/** Way, thread or hash, number of the message, and four words of the id. */
const WORDS = 7;

let table: Int32Array | undefined;

/** Makes the table; called in the main thread, before it starts others. */
export function makeContextTable(): void {
  if (!isMainThread) return;
  const buffer = new SharedArrayBuffer(4 * SLOTS * WORDS);
  table = new Int32Array(buffer);
  setEnvironmentData(KEY, buffer);
}

/** Writes the request's id of a message that is about to be sent. */
export function writeContext(way: Way, thread: number, n: number, id: string): void {
  const words = tableOfProcess();
  if (words === undefined) return;
  const at = slotOf(way, thread, n);
  words.set([way + 1, thread, n, ...wordsOf(id)], at);
}

/** Takes the request's id of a message; undefined if it was sent in none. */
export function takeContext(way: Way, thread: number, n: number): string | undefined {
  const words = tableOfProcess();
  if (words === undefined) return undefined;
  const at = slotOf(way, thread, n);
  if (words[at] !== way + 1 || words[at + 1] !== thread || words[at + 2] !== n) return undefined;
  words[at] = 0;
  return idOf(words.subarray(at + 3, at + 7));
}

function tableOfProcess(): Int32Array | undefined {
  if (table === undefined) {
    const buffer = getEnvironmentData(KEY) as unknown;
    if (buffer instanceof SharedArrayBuffer) table = new Int32Array(buffer);
  }
  return table;
}

/** A newer message may overwrite an older one, which is then received without its request. */
function slotOf(way: Way, thread: number, n: number): number {
  const hash = Math.imul(thread, 0x9e3779b1) ^ Math.imul(n, 0x85ebca6b) ^ way;
  return ((hash >>> 0) % SLOTS) * WORDS;
}

function wordsOf(id: string): number[] {
  const digits = id.replaceAll('-', '');
  return [0, 8, 16, 24].map((at) => Number.parseInt(digits.slice(at, at + 8), 16) | 0);
}

function idOf(words: Int32Array): string {
  const digits = Array.from(words, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** A text as a number of 31 bits. */
export function hashText(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash & 0x7fffffff;
}
