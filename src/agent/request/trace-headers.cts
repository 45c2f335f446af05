/** What our proxy, and other apps under scooby, put into a request's headers: read, and taken out before the app can see it. */

import type { IncomingMessage } from 'node:http';

/** Carries a request's id to another app under scooby. */
export const PARENT_HEADER = 'X-Scooby-Parent';
const SECRET = 'x-scooby-secret';
const ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

let countKey: symbol | undefined;

/** Answers the id of a request that our proxy vouches for, and takes the secret out before the app can see it. */
export function takeProxiedId(message: IncomingMessage, secret: string): string | undefined {
  const at = indexOf(message, SECRET);
  if (at < 0 || message.rawHeaders[at + 1] !== secret) return undefined;
  take(message, at);
  return message.headers['x-scooby'] as string | undefined;
}

/** Answers which request of another app asked for this one, and takes that out as well. */
export function takeParentId(message: IncomingMessage): string | undefined {
  const at = indexOf(message, PARENT_HEADER);
  const parent = at < 0 ? undefined : message.rawHeaders[at + 1];
  if (parent === undefined || !ID.test(parent)) return undefined;
  take(message, at);
  return parent;
}

/** Answers where a header of ours is, -1 for nowhere; of others nothing but the length is looked at. */
function indexOf({ rawHeaders }: IncomingMessage, name: string): number {
  if (rawHeaders === undefined) return -1;
  for (let i = rawHeaders.length - 2; i >= 0; i -= 2) {
    const header = rawHeaders[i]!;
    if (header.length === name.length && (header === name || header.toLowerCase() === name.toLowerCase()))
      return i;
  }
  return -1;
}

function take(message: IncomingMessage, at: number): void {
  const [name] = message.rawHeaders.splice(at, 2);
  // Built lazily from rawHeaders with the count that the parser noted.
  const count = countSymbol(message);
  if (count !== undefined) (message as never as Record<symbol, number>)[count]! -= 2;
  delete message.headers[name!.toLowerCase()];
}

function countSymbol(message: IncomingMessage): symbol | undefined {
  countKey ??= Object.getOwnPropertySymbols(message).find((key) => key.description === 'kHeadersCount');
  return countKey;
}
