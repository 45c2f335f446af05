/** Reads and removes request headers that the proxy and other apps under scooby have added. */

import type { IncomingMessage } from 'node:http';

/** Header with the calling request's id, for another app under scooby. */
export const PARENT_HEADER = 'X-Scooby-Parent';
const SECRET = 'x-scooby-secret';
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

let headersCountKey: symbol | undefined;

/**
 * Id of a request that has the proxy's secret, which is removed from the headers; undefined for
 * requests that did not pass the proxy.
 */
export function takeProxiedId(message: IncomingMessage, secret: string): string | undefined {
  const index = indexOf(message, SECRET);
  if (index < 0 || message.rawHeaders[index + 1] !== secret) return undefined;
  removeHeader(message, index);
  return message.headers['x-scooby'] as string | undefined;
}

/** Id of the calling request in another app; its header is removed. */
export function takeParentId(message: IncomingMessage): string | undefined {
  const index = indexOf(message, PARENT_HEADER);
  const parent = index < 0 ? undefined : message.rawHeaders[index + 1];
  if (parent === undefined || !UUID.test(parent)) return undefined;
  removeHeader(message, index);
  return parent;
}

/** Index of a header in rawHeaders, or -1. Names of another length are not compared. */
function indexOf({ rawHeaders }: IncomingMessage, name: string): number {
  if (rawHeaders === undefined) return -1;
  for (let i = rawHeaders.length - 2; i >= 0; i -= 2) {
    const header = rawHeaders[i]!;
    if (header.length === name.length && (header === name || header.toLowerCase() === name.toLowerCase()))
      return i;
  }
  return -1;
}

function removeHeader(message: IncomingMessage, index: number): void {
  const [name] = message.rawHeaders.splice(index, 2);
  // `headers` is built lazily from rawHeaders, up to the count that the parser has stored.
  const count = headersCountSymbol(message);
  if (count !== undefined) (message as never as Record<symbol, number>)[count]! -= 2;
  delete message.headers[name!.toLowerCase()];
}

function headersCountSymbol(message: IncomingMessage): symbol | undefined {
  headersCountKey ??= Object.getOwnPropertySymbols(message).find(
    (key) => key.description === 'kHeadersCount',
  );
  return headersCountKey;
}
