/** How a trace or a source text is kept: as text when it is short, deflated when it is long. */

import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Text, or deflated UTF-8. */
export type PackedBody = string | Uint8Array;

const SHORT = 1024;

/** Answers the text in the form in which it is kept. */
export function pack(text: string): PackedBody {
  return text.length < SHORT ? text : deflateRawSync(text, { level: 1, chunkSize: 4096 });
}

/** Answers the text that was packed; throws when the bytes are damaged. */
export function unpack(body: PackedBody): string {
  return typeof body === 'string' ? body : inflateRawSync(body).toString('utf8');
}

/** Answers the name under which a text is kept: 32 hex digits of its sha256. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
