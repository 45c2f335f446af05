/** What the proxy changes in headers: hop-by-hop ones and its own; everything else keeps its order, casing and duplicates. */

import type { IncomingMessage } from 'node:http';
import {
  connectionHeaders,
  headerKindOf,
  persistenceTokens,
  unalteredValue,
  withoutScoobyHeaders,
} from './raw-headers.js';

/** Answers whether a request announces a body. */
export function hasBody(req: IncomingMessage): boolean {
  const length = req.headers['content-length'];
  return req.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/** Answers whether servers differ on where a request's body ends, of those that Node's own parser lets through. */
export function isAmbiguous(req: IncomingMessage): boolean {
  const encoding = req.headers['transfer-encoding'];
  if (encoding === undefined) return false;
  return (
    req.headers['content-length'] !== undefined ||
    !/^(?:(?!identity|chunked)[a-z-]+, ?)*chunked$/i.test(encoding)
  );
}

/** Answers the raw headers for the app: the client's, without those of its hop, then X-Scooby and, where there is one, its secret. */
export function upstreamHeaders(
  req: IncomingMessage,
  id: string,
  secret: string | undefined,
  upgrade: boolean,
): string[] {
  const raw = req.rawHeaders;
  const connection = req.headers.connection;
  const named = connectionHeaders(connection);
  const chunked = req.headers['transfer-encoding'] !== undefined;
  const headers: string[] = [];
  let connected = false;
  let encoded = false;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!;
    const value = raw[i + 1]!;
    switch (headerKindOf(name)) {
      case 'plain':
        if (named?.has(name.toLowerCase())) continue;
        break;
      case 'connection':
        if (connected) continue;
        connected = true;
        headers.push(name, upgrade ? connection! : persistenceTokens(value, connection!));
        continue;
      case 'hop':
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
        if (encoded) continue;
        encoded = true;
        headers.push(name, req.headers['transfer-encoding']!);
        continue;
      case 'ours':
        continue;
    }
    headers.push(name, unalteredValue(name, value, headers));
  }
  if (!connected) headers.push('Connection', 'keep-alive');
  headers.push('X-Scooby', id);
  if (secret !== undefined) headers.push('X-Scooby-Secret', secret);
  return headers;
}

/** How the response's own hop is framed. */
export interface HopFraming {
  id: string;
  /** The client speaks HTTP/1.1. */
  modern: boolean;
  /** The connection to the client can carry another request afterwards. */
  keep: boolean;
}

/** Answers the raw headers for the client: the app's, with the hop's framing, and X-Scooby once. */
export function clientHeaders(response: IncomingMessage, { id, modern, keep }: HopFraming): string[] {
  const raw = response.rawHeaders;
  const { connection, 'transfer-encoding': encoding } = response.headers;
  const named = connectionHeaders(connection);
  const status = response.statusCode!;
  // Only a message that ends in chunks may say so: anything else leaves the client to guess where it ends.
  const chunked = modern && encoding !== undefined && /(?:^|,)\s*chunked\s*$/i.test(encoding);
  const trailers = chunked && status !== 204 && status !== 304;
  const headers: string[] = [];
  let connected = false;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!;
    const value = raw[i + 1]!;
    switch (headerKindOf(name)) {
      case 'plain':
        if (named?.has(name.toLowerCase())) continue;
        break;
      case 'connection':
        if (connected) continue;
        connected = true;
        headers.push(name, keep ? persistenceTokens(value, connection!, true) : 'close');
        continue;
      case 'hop':
        // The promise to keep the connection is ours to give; we hold it for longer than apps promise.
        if (!keep || !/^keep-alive$/i.test(name)) continue;
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
  if (!connected && !keep) headers.push('Connection', 'close');
  exposeTo(headers, response);
  headers.push('X-Scooby', id);
  return headers;
}

/** Answers the raw headers of a 101, which are not touched but for X-Scooby. */
export function upgradeHeaders(response: IncomingMessage, id: string): string[] {
  return [...withoutScoobyHeaders(response.rawHeaders), 'X-Scooby', id];
}

// Scripts of another origin see only the headers that are exposed to them.
function exposeTo(headers: string[], response: IncomingMessage): void {
  if (response.headers['access-control-allow-origin'] === undefined) return;
  const exposed = response.headers['access-control-expose-headers'];
  if (exposed === undefined) {
    headers.push('Access-Control-Expose-Headers', 'X-Scooby');
    return;
  }
  const names = exposed.split(',').map((name) => name.trim().toLowerCase());
  // The star stands for every header only where no credentials are allowed.
  const star = names.includes('*') && response.headers['access-control-allow-credentials'] !== 'true';
  if (star || names.includes('x-scooby')) return;
  const at = headers.findLastIndex((name, i) => i % 2 === 0 && /^access-control-expose-headers$/i.test(name));
  if (at === -1) headers.push('Access-Control-Expose-Headers', 'X-Scooby');
  else headers[at + 1] = headers[at + 1] ? `${headers[at + 1]}, X-Scooby` : 'X-Scooby';
}
