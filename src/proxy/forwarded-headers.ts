/**
 * Forwarded headers: hop-by-hop headers and X-Scooby are replaced, all others keep order, casing
 * and duplicates.
 */

import type { IncomingMessage } from 'node:http';
import { cookieWithoutMarks } from '../domain/record-marks.cjs';
import { traceParentBelow } from '../domain/trace-parent.cjs';
import {
  connectionHeaders,
  headerKindOf,
  persistenceTokens,
  unalteredValue,
  withoutScoobyHeaders,
} from './raw-headers.js';

/** True where a request announces a body. */
export function hasBody(req: IncomingMessage): boolean {
  const length = req.headers['content-length'];
  return req.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/**
 * True where servers disagree on the end of the request's body (request smuggling), among requests
 * that Node's parser accepts.
 */
export function isAmbiguous(req: IncomingMessage): boolean {
  const encoding = req.headers['transfer-encoding'];
  if (encoding === undefined) return false;
  return (
    req.headers['content-length'] !== undefined ||
    !/^(?:(?!identity|chunked)[a-z-]+, ?)*chunked$/i.test(encoding)
  );
}

/** What the proxy tells the agent of a request, by headers that the agent takes out. */
export interface AgentNotes {
  id: string;
  /** Value of X-Scooby-Secret; undefined for a request that is not recorded. */
  secret: string | undefined;
  /** Value of X-Scooby-Record. */
  told?: string | undefined;
  /** The app gets a `traceparent` below the span of the request. */
  isTraceParent?: boolean | undefined;
}

/**
 * Raw headers to send to the app: the client's without hop-by-hop headers and marks, plus X-Scooby
 * and, where they are set, X-Scooby-Secret and X-Scooby-Record.
 */
export function upstreamHeaders(
  req: IncomingMessage,
  { id, secret, told, isTraceParent }: AgentNotes,
  upgrade: boolean,
): string[] {
  const raw = req.rawHeaders;
  const connection = req.headers.connection;
  const connectionNames = connectionHeaders(connection);
  const chunked = req.headers['transfer-encoding'] !== undefined;
  const headers: string[] = [];
  let hasConnection = false;
  let hasEncoding = false;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!;
    let value = raw[i + 1]!;
    switch (headerKindOf(name)) {
      case 'cookie':
        if (connectionNames?.has('cookie')) continue;
        value = cookieWithoutMarks(value);
        if (value === '' && raw[i + 1] !== '') continue;
        break;
      case 'record':
        // A mark is the agent's to take out; what only the proxy may say is not passed on.
        if (told !== undefined || value === 'calls') continue;
        break;
      case 'plain':
        if (connectionNames?.has(name.toLowerCase())) continue;
        break;
      case 'connection':
        if (hasConnection) continue;
        hasConnection = true;
        headers.push(name, upgrade ? connection! : persistenceTokens(value, connection!));
        continue;
      case 'hop':
      case 'ours':
        continue;
      case 'upgrade':
        if (!upgrade) continue;
        break;
      case 'te':
        if (value.toLowerCase() !== 'trailers') continue;
        break;
      case 'trailer':
        if (!chunked) continue;
        break;
      case 'transfer-encoding':
        if (hasEncoding) continue;
        hasEncoding = true;
        headers.push(name, req.headers['transfer-encoding']!);
        continue;
    }
    headers.push(name, unalteredValue(name, value, headers));
  }
  // The app is asked by HTTP/1.1, which requires a Host; it is empty where there is none (RFC 9112, 3.2).
  if (req.httpVersionMinor === 0 && req.headers.host === undefined) headers.push('Host', '');
  if (!hasConnection) headers.push('Connection', 'keep-alive');
  if (isTraceParent && secret !== undefined) setTraceParent(headers, id);
  headers.push('X-Scooby', id);
  if (secret !== undefined) headers.push('X-Scooby-Secret', secret);
  if (told !== undefined) headers.push('X-Scooby-Record', told);
  return headers;
}

function setTraceParent(headers: string[], id: string): void {
  const at = headers.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'traceparent');
  if (at < 0) headers.push('traceparent', traceParentBelow(id, undefined));
  else headers[at + 1] = traceParentBelow(id, headers[at + 1]);
}

/** Framing of the hop between proxy and client. */
export interface HopFraming {
  id: string;
  /** The client speaks HTTP/1.1. */
  isHttp11: boolean;
  /** The connection to the client can carry another request afterwards. */
  isPersistent: boolean;
}

/**
 * Raw headers to send to the client: the app's, with the framing of the client's hop and one
 * X-Scooby.
 */
export function clientHeaders(
  response: IncomingMessage,
  { id, isHttp11, isPersistent }: HopFraming,
): string[] {
  const raw = response.rawHeaders;
  const { connection, 'transfer-encoding': encoding } = response.headers;
  const connectionNames = connectionHeaders(connection);
  const status = response.statusCode!;
  // Only a body whose last encoding is chunked may announce it: with any other, the client could
  // not know where the body ends.
  const chunked = isHttp11 && encoding !== undefined && /(?:^|,)\s*chunked\s*$/i.test(encoding);
  const trailers = chunked && status !== 204 && status !== 304;
  const headers: string[] = [];
  let hasConnection = false;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!;
    const value = raw[i + 1]!;
    switch (headerKindOf(name)) {
      case 'plain':
      case 'cookie':
        if (connectionNames?.has(name.toLowerCase())) continue;
        break;
      case 'connection':
        if (hasConnection) continue;
        hasConnection = true;
        headers.push(name, isPersistent ? persistenceTokens(value, connection!, true) : 'close');
        continue;
      case 'hop':
        // The app's Keep-Alive timeout can be passed on: the proxy keeps connections for longer
        // (server.ts).
        if (!isPersistent || !/^keep-alive$/i.test(name)) continue;
        break;
      case 'transfer-encoding':
        if (!chunked) continue;
        break;
      case 'trailer':
        if (!trailers) continue;
        break;
      case 'ours':
        if (/^x-scooby$/i.test(name)) continue;
        break;
    }
    headers.push(name, unalteredValue(name, value, headers));
  }
  if (!hasConnection && !isPersistent) headers.push('Connection', 'close');
  exposeScoobyHeader(headers, response);
  headers.push('X-Scooby', id);
  return headers;
}

/** Raw headers of a 101 response: the app's, with X-Scooby replaced. */
export function upgradeHeaders(response: IncomingMessage, id: string): string[] {
  return [...withoutScoobyHeaders(response.rawHeaders), 'X-Scooby', id];
}

// Scripts of another origin can read exposed headers only.
function exposeScoobyHeader(headers: string[], response: IncomingMessage): void {
  if (response.headers['access-control-allow-origin'] === undefined) return;
  const exposed = response.headers['access-control-expose-headers'];
  if (exposed === undefined) {
    headers.push('Access-Control-Expose-Headers', 'X-Scooby');
    return;
  }
  const names = exposed.split(',').map((name) => name.trim().toLowerCase());
  // `*` is a wildcard only for requests without credentials.
  const exposesAll = names.includes('*') && response.headers['access-control-allow-credentials'] !== 'true';
  if (exposesAll || names.includes('x-scooby')) return;
  const index = headers.findLastIndex(
    (name, i) => i % 2 === 0 && /^access-control-expose-headers$/i.test(name),
  );
  if (index === -1) headers.push('Access-Control-Expose-Headers', 'X-Scooby');
  else headers[index + 1] = headers[index + 1] ? `${headers[index + 1]}, X-Scooby` : 'X-Scooby';
}
