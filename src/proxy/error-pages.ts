/** What the proxy says when the app cannot: plain text, never anything of the request. */

import { type ServerResponse, STATUS_CODES } from 'node:http';

/** A response of our own. */
export interface ErrorPage {
  status: number;
  text: string;
  headers?: string[];
  /** Nothing can follow on this connection. */
  last?: boolean;
}

/** Sends a page on a response that has not begun. `id` becomes its X-Scooby. */
export function sendPage(
  res: ServerResponse,
  { status, text, headers = [], last = false }: ErrorPage,
  id?: string,
): void {
  const body = Buffer.from(`${text}\n`);
  res.sendDate = true;
  res.writeHead(status, STATUS_CODES[status]!, [
    'Content-Type',
    'text/plain; charset=utf-8',
    'Content-Length',
    String(body.length),
    'Cache-Control',
    'no-store',
    'X-Content-Type-Options',
    'nosniff',
    ...headers,
    ...(last || !res.shouldKeepAlive ? ['Connection', 'close'] : []),
    ...(id === undefined ? [] : ['X-Scooby', id]),
  ]);
  res.end(body);
}

/** Answers the page for an app that did not begin to listen within that many ms. */
export function notListening(wait: number): ErrorPage {
  const text = `scooby: the app is not listening yet.

It has not opened a port within ${wait / 1000} s. When it starts more slowly, reload this page, or
give it longer with --wait. When it listens in a way that scooby does not see, name its address with --upstream.`;
  return { status: 503, text, headers: ['Retry-After', '1'] };
}

/** Answers the page for a request that waited for an app that has ended meanwhile. */
export function appEnded(): ErrorPage {
  return { status: 503, text: "scooby: the app has ended.\n\nSee the app's own output for the reason." };
}

/** Answers the page for an app that did not answer; `code` is the error's. */
export function noResponse(name: string, code: string | undefined, reached: boolean): ErrorPage {
  const what = reached ? 'the app closed the connection before it answered' : 'the app cannot be reached';
  return {
    status: 502,
    text: `scooby: ${what} (${code ?? 'no code'} at ${name}).\n\nSee the app's own output for the reason.`,
  };
}

/** Answers the page for an app whose answer is no HTTP/1.1. */
export function invalidResponse(name: string, reason: string): ErrorPage {
  return {
    status: 502,
    text: `scooby: the app's answer at ${name} is not valid HTTP/1.1 (${reason}).`,
    last: true,
  };
}

/** Answers the page for an app that speaks HTTP/2 and nothing else. */
export function http2Only(name: string): ErrorPage {
  return {
    status: 502,
    text: `scooby: upstream speaks HTTP/2 only (${name}).

scooby forwards HTTP/1.1. Let the server accept it as well: http2.createSecureServer({ allowHTTP1: true, … }).`,
  };
}

/** Answers the page for an app that sent no header within that many ms. */
export function headerTimeout(timeout: number): ErrorPage {
  return { status: 504, text: `scooby: the app did not answer within ${timeout / 1000} s (--timeout).` };
}

/** Answers the page for a request whose end is not certain, which is how one request is smuggled inside another. */
export function ambiguousRequest(): ErrorPage {
  return { status: 400, text: 'scooby: the length of the request is not clear.', last: true };
}
