/** What of a recorded request can be sent again. */

import { REDACTED } from '../domain/redact.cjs';
import type { Headers, Trace } from '../domain/trace.js';

/** What belongs to the connection or to the proxy, and what told of a body. */
const UNSENT =
  /^(?:connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|content-length|x-scooby.*)$/i;

/** Answers the headers to send, and the names of what was never recorded. */
export function replayableHeaders(trace: Trace): { headers: Headers; without: string[] } {
  const headers: Headers = [];
  const without: string[] = [];
  let body = false;
  for (const [name, value] of trace.headers?.request ?? []) {
    if (value.includes(REDACTED)) without.push(name.toLowerCase());
    else if (!UNSENT.test(name)) headers.push([name, value]);
    if (/^transfer-encoding$/i.test(name) || (/^content-length$/i.test(name) && value !== '0')) body = true;
  }
  return { headers, without: body ? [...without, 'its body'] : without };
}
