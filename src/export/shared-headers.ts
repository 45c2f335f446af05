/** Headers of a request that is handed to others: without cookies and credentials, also masked ones. */

import type { Headers, Trace } from '../domain/trace.js';

const PRIVATE = new Set(['cookie', 'set-cookie', 'authorization', 'proxy-authorization']);

/** The headers that may be handed on. */
export function sharedHeaders(headers: Headers): Headers {
  return headers.filter(([name]) => !PRIVATE.has(name.toLowerCase()));
}

/** A request with the headers that may be handed on. */
export function sharedTrace(trace: Trace): Trace {
  if (trace.headers === undefined) return trace;
  const { request, response } = trace.headers;
  return {
    ...trace,
    headers: { request: sharedHeaders(request), ...(response && { response: sharedHeaders(response) }) },
  };
}

/** The first value of a header, whose name is given in lower case. */
export function headerValue(headers: Headers, name: string): string | undefined {
  return headers.find(([each]) => each.toLowerCase() === name)?.[1];
}
