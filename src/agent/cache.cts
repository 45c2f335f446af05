/** What a command to a cache says, whichever library sends it. */

import type { Speech } from './instruments/instrument.cjs';

const MOST_KEYS = 100;
const KEYS_IN_NAME = 3;
const MOST_NAME = 120;

/** Answers a command in words: `get user:42`, of several keys the first three and how many; `bytes` are what it writes. */
export function cacheSpeech(command: string, key: unknown, bytes?: number): Speech {
  const keys = keysOf(key);
  const listed = keys.slice(0, KEYS_IN_NAME);
  if (keys.length > KEYS_IN_NAME) listed.push(`… (${keys.length} keys)`);
  const name = [command, ...listed].join(' ');
  const detail: Record<string, unknown> = { command, keys: keys.slice(0, MOST_KEYS) };
  if (bytes !== undefined) detail.bytes = bytes;
  return { name: name.length <= MOST_NAME ? name : `${name.slice(0, MOST_NAME)}…`, detail };
}

/** Answers what a read of one key or several got: hits, misses and bytes; of a single key whether it `hit`. */
export function cacheFacts(key: unknown, values: unknown[]): Record<string, unknown> {
  const asked = keysOf(key).length;
  const hits = values.length;
  // Objects here are what the library has read: nothing of the app's is in them.
  const bytes = values.reduce(
    (sum: number, value) => sum + (bytesOf(value) ?? bytesOf(JSON.stringify(value))!),
    0,
  );
  return { ...(asked === 1 && { hit: hits === 1 }), hits, misses: asked - hits, bytes };
}

/** Answers the bytes of a text, a number or of bytes; of an object, which may have code of the app's, nothing. */
export function bytesOf(value: unknown): number | undefined {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value).length;
  return ArrayBuffer.isView(value) ? value.byteLength : undefined;
}

/** A command without a key has its callback there. */
function keysOf(key: unknown): string[] {
  if (typeof key === 'function' || key === undefined) return [];
  return (Array.isArray(key) ? key : [key]).map((one) =>
    Buffer.isBuffer(one) ? one.toString() : String(one),
  );
}
