/** Stored form of traces and source texts: short texts as they are, long texts deflated. */

import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Text, or deflated UTF-8. */
export type PackedBody = string | Uint8Array;

/** Characters from which a text is deflated. */
const MIN_DEFLATED = 1024;

export function pack(text: string): PackedBody {
  return text.length < MIN_DEFLATED ? text : deflateRawSync(text, { level: 1, chunkSize: 4096 });
}

/** Inverse of `pack`; throws zlib's error when the bytes are damaged. */
export function unpack(body: PackedBody): string {
  return typeof body === 'string' ? body : inflateRawSync(body).toString('utf8');
}

/** Hash that identifies a text in the store: the first 32 hex digits of its SHA-256. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
