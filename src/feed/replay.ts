/** Replay of a recorded request through the run's proxy. */

import { request } from 'node:http';
import type { Recording } from '../domain/link.js';
import { REDACTED } from '../domain/secret-shapes.cjs';
import type { Trace } from '../domain/trace.js';
import type { ReplayResult } from './feed.js';
import { replayableHeaders } from './replayable.js';

/** ms until a response must be complete: long enough for a breakpoint in a debugger. */
const TIMEOUT_MS = 120_000;
const BODILESS = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE']);

/** Reason why a URL cannot be requested again, for the user; undefined where it can. */
export function replayRefusal(url: string): string | undefined {
  if (!url.startsWith('/')) return `${url} is no path of the app`;
  return url.includes(`=${REDACTED}`) || url.includes(`//${REDACTED}@`)
    ? 'this URL holds a secret that was not recorded: R edits it before it is sent'
    : undefined;
}

/**
 * Sends a request again to the proxy at `base`, with `url` instead of its own if passed; `wish`
 * is what its header asks for. Resolves
 * when the response has ended; rejects with a message for the user when the URL is refused or no
 * whole response arrives.
 */
export async function replay(
  base: string,
  recording: Recording,
  trace: Trace,
  url = trace.url,
  wish?: string,
): Promise<ReplayResult> {
  const refusal = replayRefusal(url);
  if (refusal !== undefined) throw new Error(refusal);
  const { headers, without } = replayableHeaders(trace);
  const { hostname, port, host } = new URL(base);
  // Of a request that was never recorded; HTTP/1.1 requires it.
  if (!headers.some(([name]) => /^host$/i.test(name))) headers.push(['Host', host]);
  // Without the header Node sends Transfer-Encoding: chunked, though there is no body.
  if (!BODILESS.has(trace.method)) headers.push(['Content-Length', '0']);
  if (wish !== undefined) headers.push(['X-Scooby-Profile', wish]);
  if (recording !== 'off') headers.push(['X-Scooby-Record', '1']);
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request({
      hostname,
      port,
      method: trace.method,
      path: url,
      headers: headers.flat(),
      agent: false,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    sent.on('error', (error) => reject(new Error(`no answer: ${error.message}`)));
    sent.on('response', (response) => {
      response.resume();
      response.on('error', () => reject(new Error('the answer broke off')));
      response.on('end', () => {
        const id = response.headers['x-scooby'];
        resolve({
          status: response.statusCode ?? 0,
          ms: performance.now() - startedAt,
          ...(typeof id === 'string' && recording !== 'off' ? { id } : {}),
          ...(without.length > 0 ? { without } : {}),
        });
      });
    });
    sent.end();
  });
}
