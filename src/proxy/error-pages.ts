/**
 * Responses of the proxy where the app cannot respond: plain text that never repeats the request.
 */

import { type ServerResponse, STATUS_CODES } from 'node:http';

/** A response of the proxy itself. */
export interface ErrorPage {
  status: number;
  text: string;
  headers?: string[];
  /** Closes the connection to the client afterwards. */
  closes?: boolean;
}

/** Sends a page on a response without sent headers. `id` becomes its X-Scooby header. */
export function sendPage(
  res: ServerResponse,
  { status, text, headers = [], closes = false }: ErrorPage,
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
    ...(closes || !res.shouldKeepAlive ? ['Connection', 'close'] : []),
    ...(id === undefined ? [] : ['X-Scooby', id]),
  ]);
  res.end(body);
}

/** 503 for an app that did not listen within `wait` ms. */
export function notListening(wait: number): ErrorPage {
  const text = `scooby: the app is not listening yet.

It has not opened a port within ${wait / 1000} s. When it starts more slowly, reload this page, or
give it longer with --wait. When it listens in a way that scooby does not see, name its address with --upstream.`;
  return { status: 503, text, headers: ['Retry-After', '1'] };
}

/** 503 for a request that waited while the app exited. */
export function appEnded(): ErrorPage {
  return { status: 503, text: "scooby: the app has ended.\n\nSee the app's own output for the reason." };
}

/** 502 for an app that did not respond; `code` is the error's code. */
function noResponse(name: string, code: string | undefined, wasConnected: boolean): ErrorPage {
  const problem = wasConnected
    ? 'the app closed the connection before it answered'
    : 'the app cannot be reached';
  return {
    status: 502,
    text: `scooby: ${problem} (${code ?? 'no code'} at ${name}).\n\nSee the app's own output for the reason.`,
  };
}

/** Errors of connecting by which it is not the app that lacks something. */
const EXHAUSTED = /^(?:EMFILE|ENFILE|ENOBUFS|ENOMEM)$/;

/** Whether there is no room for another connection: descriptors or memory. */
export function isExhausted(code = ''): boolean {
  return EXHAUSTED.test(code);
}

/** What is missing, and what helps. */
export function exhaustedText(code: string): string {
  const hint = code === 'EMFILE' ? '; allow more by `ulimit -n`' : '';
  return `there is no room for another connection (${code})${hint}`;
}

/** 502 for a response that is not valid HTTP/1.1. */
export function invalidResponse(name: string, reason: string): ErrorPage {
  return {
    status: 502,
    text: `scooby: the app's answer at ${name} is not valid HTTP/1.1 (${reason}).`,
    closes: true,
  };
}

/** 502 for an app that speaks HTTP/2 only. */
export function http2Only(name: string): ErrorPage {
  return {
    status: 502,
    text: `scooby: upstream speaks HTTP/2 only (${name}).

scooby forwards HTTP/1.1. Let the server accept it as well: http2.createSecureServer({ allowHTTP1: true, … }).`,
  };
}

/** 504 for an app that sent no response headers within `timeout` ms. */
export function headerTimeout(timeout: number): ErrorPage {
  return { status: 504, text: `scooby: the app did not answer within ${timeout / 1000} s (--timeout).` };
}

/** 400 for a request of ambiguous length, by which another request could be smuggled inside it. */
export function ambiguousRequest(): ErrorPage {
  return { status: 400, text: 'scooby: the length of the request is not clear.', closes: true };
}

/** Error page for a connection to the app that failed before a response. */
export function errorPageOf(
  { code, message }: NodeJS.ErrnoException,
  name: string,
  wasConnected: boolean,
): ErrorPage {
  if (/no application protocol/i.test(message)) return http2Only(name);
  if (isExhausted(code))
    return { status: 503, text: `scooby: ${exhaustedText(code!)}.`, headers: ['Retry-After', '1'] };
  if (code?.startsWith('HPE_')) return invalidResponse(name, code);
  return noResponse(name, code, wasConnected);
}
