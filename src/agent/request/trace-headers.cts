/** Reads and removes request headers that the proxy and other apps under scooby have added. */

import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Header with the calling request's id, for another app under scooby. */
export const PARENT_HEADER = 'X-Scooby-Parent';
/** Header with the id of a request that a dev server hands to its worker. */
export const HANDED_HEADER = 'X-Scooby-Handed';
const SECRET = 'x-scooby-secret';
const PROFILE_HEADER = 'x-scooby-profile';
const PARENT = /^([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\.[\da-f]{32}$/;

/** Header with a mark of the client, or with what the proxy says of a request. */
const RECORD = 'x-scooby-record';

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

/** Whether there is any header of scooby; a look at two letters of each name, for most requests. */
export function hasScoobyHeader(rawHeaders: readonly string[] | undefined): boolean {
  if (rawHeaders === undefined) return false;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    // `x-s`, in any case.
    if ((name.charCodeAt(2) | 32) === 115 && (name.charCodeAt(0) | 32) === 120 && name.length > 8)
      return true;
  }
  return false;
}

/**
 * Value of X-Scooby-Record, which is removed where it is one of ours: `1` and `0` from a client, `0` and
 * `calls` from the proxy. The app is not to send it on to another.
 */
export function takeRecordHeader(message: IncomingMessage): string | undefined {
  const index = indexOf(message, RECORD);
  const value = index < 0 ? undefined : message.rawHeaders[index + 1];
  if (value !== '1' && value !== '0' && value !== 'calls') return undefined;
  removeHeader(message, index);
  return value;
}

/**
 * Value of the parent header. Its proof, which only apps under runs of one database can make, is of
 * this id alone: the header is recorded, and the key must not be.
 */
export function parentHeaderValue(id: string, secret: string): string {
  return `${id}.${createHmac('sha256', secret).update(id).digest('hex').slice(0, 32)}`;
}

/** Value of the header of a request that is handed over. */
export function handedHeaderValue(id: string, secret: string): string {
  return parentHeaderValue(id, `${secret} handed`);
}

/** Id of the calling request in another app under scooby; its header is removed. */
export function takeParentId(message: IncomingMessage, key: string): string | undefined {
  return takeProvenId(message, PARENT_HEADER, key);
}

/** Id of a request that another process of the app has handed over; its header is removed. */
export function takeHandedId(message: IncomingMessage, secret: string): string | undefined {
  return takeProvenId(message, HANDED_HEADER, `${secret} handed`);
}

/** Kind of profile that a request asks for; its header is removed. */
export function takeProfileKind(message: IncomingMessage): string | undefined {
  const index = indexOf(message, PROFILE_HEADER);
  if (index < 0) return undefined;
  const kind = message.rawHeaders[index + 1];
  removeHeader(message, index);
  return kind;
}

function takeProvenId(message: IncomingMessage, header: string, secret: string): string | undefined {
  const index = indexOf(message, header);
  const value = index < 0 ? undefined : message.rawHeaders[index + 1];
  const id = value === undefined ? undefined : PARENT.exec(value)?.[1];
  if (id === undefined || value !== parentHeaderValue(id, secret)) return undefined;
  removeHeader(message, index);
  return id;
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
