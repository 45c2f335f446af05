/** Headers of a recorded request that can be sent again. */

import { REDACTED } from '../domain/secret-shapes.cjs';
import { escapeToOneLine } from '../domain/text.js';
import type { Headers, Trace } from '../domain/trace.js';

/** Headers of the connection, of the proxy, and of the body, which is not recorded. */
const UNSENT =
  /^(?:connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|content-length|x-scooby.*)$/i;

/** Question before a request that may change something is sent again, with what it goes without. */
export function againQuestion(trace: Trace, name: string): string {
  const { without } = replayableHeaders(trace);
  return `send ${name} again${without.length === 0 ? '' : `, without ${without.join(', ')}`}?`;
}

/** Clause on the parts that a replay went without. */
export function sentWithout(without: string[]): string {
  return `sent without ${without.join(', ')}: never recorded`;
}

/**
 * Headers to send; `without` names the parts that were not recorded, as they can be shown: redacted
 * headers, and `its body`.
 */
export function replayableHeaders(trace: Trace): { headers: Headers; without: string[] } {
  const headers: Headers = [];
  const without: string[] = [];
  let hadBody = false;
  for (const [name, value] of trace.headers?.request ?? []) {
    if (value.includes(REDACTED)) without.push(escapeToOneLine(name.toLowerCase()));
    else if (!UNSENT.test(name)) headers.push([name, value]);
    if (/^transfer-encoding$/i.test(name) || (/^content-length$/i.test(name) && value !== '0'))
      hadBody = true;
  }
  return { headers, without: hadBody ? [...without, 'its body'] : without };
}
