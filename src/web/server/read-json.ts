/** Bounded JSON bodies of requests. */

import type { IncomingMessage } from 'node:http';
import type { Refusal } from './page-access.js';

/** Bytes of a request: more than any filter or selection needs. */
export const MAX_BODY_BYTES = 64 * 1024;

/** Body of a request as JSON, or why it is refused. Rejects when the client is gone. */
export async function readJson(req: IncomingMessage): Promise<{ value: unknown } | Refusal> {
  // Of a form, or of a page that avoids a preflight.
  if (!/^application\/json\s*(?:;|$)/i.test(req.headers['content-type'] ?? ''))
    return { status: 415, message: 'The body has to be application/json.' };
  const tooLarge = { status: 413, message: `The body has more than ${MAX_BODY_BYTES} bytes.` };
  if (Number(req.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return tooLarge;
    chunks.push(chunk);
  }
  try {
    return { value: JSON.parse(Buffer.concat(chunks).toString()) };
  } catch {
    return { status: 400, message: 'The body is not JSON.' };
  }
}
