/** Sends a recorded request again, through the proxy of the run. */

import { request } from 'node:http';
import type { Recording } from '../domain/link.js';
import { REDACTED } from '../domain/redact.cjs';
import type { Trace } from '../domain/trace.js';
import type { ReplayResult } from './feed.js';
import { replayableHeaders } from './replayable.js';

/** ms that an answer is waited for: as long as a debugger may hold it. */
const PATIENCE = 120_000;
const BODILESS = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE']);
/** Answers why a URL cannot be asked for again; undefined where it can. */
export function replayRefusal(url: string): string | undefined {
  if (!url.startsWith('/')) return `${url} is no path of the app`;
  return url.includes(`=${REDACTED}`) || url.includes(`//${REDACTED}@`)
    ? 'this URL holds a secret that was not recorded: R edits it before it is sent'
    : undefined;
}

/** Sends a request again to the proxy at `base` and resolves with what came of it; the body is read and thrown away. */
export async function replay(
  base: string,
  recording: Recording,
  trace: Trace,
  url = trace.url,
): Promise<ReplayResult> {
  const trouble = replayRefusal(url);
  if (trouble !== undefined) throw new Error(trouble);
  const { headers, without } = replayableHeaders(trace);
  // Node would announce a body, of which it does not know that there is none.
  if (!BODILESS.has(trace.method)) headers.push(['Content-Length', '0']);
  if (recording === 'marked') headers.push(['X-Scooby-Record', '1']);
  const { hostname, port } = new URL(base);
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request({
      hostname,
      port,
      method: trace.method,
      path: url,
      headers: headers.flat(),
      agent: false,
      signal: AbortSignal.timeout(PATIENCE),
    });
    sent.on('error', (error) => reject(new Error(`no answer: ${error.message}`)));
    sent.on('response', (response) => {
      response.resume();
      response.on('error', () => reject(new Error('the answer broke off')));
      response.on('end', () => {
        const id = response.headers['x-scooby'];
        resolve({
          status: response.statusCode ?? 0,
          ms: performance.now() - begun,
          ...(typeof id === 'string' && recording !== 'off' ? { id } : {}),
          ...(without.length > 0 ? { without } : {}),
        });
      });
    });
    sent.end();
  });
}
