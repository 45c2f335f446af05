/** Stored form of traces and source texts: short texts as they are, long texts deflated. */

import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Text, or deflated UTF-8. */
export type PackedBody = string | Uint8Array;

/** Characters from which a text is deflated. */
const MIN_DEFLATED = 1024;
const OPTIONS = { level: 1, chunkSize: 4096 };
/** Characters up to which a window of 8 KB is as good: its state is a quarter as large. */
const SMALL_WINDOW = 16 * 1024;
const SMALL_OPTIONS = { ...OPTIONS, windowBits: 13, memLevel: 6 };

export function pack(text: string): PackedBody {
  if (text.length < MIN_DEFLATED) return text;
  return deflateRawSync(text, text.length < SMALL_WINDOW ? SMALL_OPTIONS : OPTIONS);
}

/** Inverse of `pack`; throws zlib's error when the bytes are damaged. */
export function unpack(body: PackedBody): string {
  return typeof body === 'string' ? body : inflateRawSync(body).toString('utf8');
}

/** Hash that identifies a text in the store: the first 32 hex digits of its SHA-256. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
