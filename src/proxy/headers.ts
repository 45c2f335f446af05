/** What the proxy changes in headers: hop-by-hop ones and its own; everything else keeps its order, casing and duplicates. */

import type { IncomingMessage } from 'node:http';

/** Answers whether a request announces a body. */
export function hasBody(req: IncomingMessage): boolean {
  const length = req.headers['content-length'];
  return req.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/** Answers the raw headers for the app: the client's, without those of its hop, then X-Scooby and its secret as the last two. */
export function towardsApp(req: IncomingMessage, id: string, secret: string, upgrade: boolean): string[] {
  const raw = req.rawHeaders;
  const connection = req.headers.connection;
  const named = namedBy(connection);
  const chunked = req.headers['transfer-encoding'] !== undefined;
  const headers: string[] = [];
  let connected = false;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!;
    const value = raw[i + 1]!;
    switch (kindOf(name)) {
      case 'plain':
        if (named?.has(name.toLowerCase())) continue;
        break;
      case 'connection':
        if (connected) continue;
        connected = true;
        headers.push(name, upgrade ? connection! : persistence(value, connection!));
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
      case 'ours':
        continue;
    }
    headers.push(name, intact(name, value, headers));
  }
  if (!connected) headers.push('Connection', 'keep-alive');
  headers.push('X-Scooby', id, 'X-Scooby-Secret', secret);
  return headers;
}

/** How the response's own hop is framed. */
export interface Hop {
  id: string;
  /** The client speaks HTTP/1.1. */
  modern: boolean;
  /** The connection to the client can carry another request afterwards. */
  keep: boolean;
}

/** Answers the raw headers for the client: the app's, with the hop's framing, and X-Scooby once. */
export function towardsClient(response: IncomingMessage, { id, modern, keep }: Hop): string[] {
  const raw = response.rawHeaders;
  const { connection, 'transfer-encoding': encoding } = response.headers;
  const named = namedBy(connection);
  const status = response.statusCode!;
  // Only a message that ends in chunks may say so: anything else leaves the client to guess where it ends.
  const chunked = modern && encoding !== undefined && /(?:^|,)\s*chunked\s*$/i.test(encoding);
  const trailers = chunked && status !== 204 && status !== 304;
  const headers: string[] = [];
  let connected = false;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!;
    const value = raw[i + 1]!;
    switch (kindOf(name)) {
      case 'plain':
        if (named?.has(name.toLowerCase())) continue;
        break;
      case 'connection':
        if (connected) continue;
        connected = true;
        headers.push(name, keep ? persistence(value, connection!, true) : 'close');
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
    headers.push(name, intact(name, value, headers));
  }
  if (!connected && !keep) headers.push('Connection', 'close');
  exposeTo(headers, response);
  headers.push('X-Scooby', id);
  return headers;
}

/** Answers the raw headers of a 101, which are not touched but for X-Scooby. */
export function ofSwitch(response: IncomingMessage, id: string): string[] {
  return [...withoutOurs(response.rawHeaders), 'X-Scooby', id];
}

/** Answers a flat list of headers without any that only the proxy may set. */
export function withoutOurs(raw: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    if (kindOf(raw[i]!) !== 'ours') kept.push(raw[i]!, raw[i + 1]!);
  }
  return kept;
}

/** Answers a flat list as pairs, which is how trailers are handed over. */
export function pairs(raw: readonly string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let i = 0; i < raw.length; i += 2) list.push([raw[i]!, raw[i + 1]!]);
  return list;
}

/** Answers the head of a message as it is on the wire; headers hold one byte a character. */
export function head(statusLine: string, raw: readonly string[]): string {
  let text = `${statusLine}\r\n`;
  for (let i = 0; i < raw.length; i += 2) text += `${raw[i]}: ${raw[i + 1]}\r\n`;
  return `${text}\r\n`;
}

type HeaderKind =
  | 'plain'
  | 'connection'
  | 'hop'
  | 'upgrade'
  | 'te'
  | 'trailer'
  | 'transfer-encoding'
  | 'ours';

const KINDS: Record<string, HeaderKind> = {
  __proto__: null as never,
  connection: 'connection',
  'keep-alive': 'hop',
  'proxy-connection': 'hop',
  'proxy-authorization': 'hop',
  upgrade: 'upgrade',
  te: 'te',
  trailer: 'trailer',
  'transfer-encoding': 'transfer-encoding',
  'x-scooby': 'ours',
  'x-scooby-secret': 'ours',
};

// Most headers are told apart by their length alone, which is cheaper than lowering their case.
const LENGTHS = new Set(Object.keys(KINDS).map((name) => name.length));

function kindOf(name: string): HeaderKind {
  return LENGTHS.has(name.length) ? (KINDS[name.toLowerCase()] ?? 'plain') : 'plain';
}

// A client must not be able to strip what frames a message, names its host, or is ours.
const UNSTRIPPABLE = /^(?:content-length|transfer-encoding|host|x-scooby.*|close|keep-alive|upgrade|te|)$/;

function namedBy(connection: string | undefined): Set<string> | undefined {
  if (connection === undefined || /^(?:close|keep-alive)$/i.test(connection)) return undefined;
  const names = connection
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const strippable = names.filter((name) => !UNSTRIPPABLE.test(name));
  return strippable.length > 0 ? new Set(strippable) : undefined;
}

// Answers the words of a Connection header that say whether it lasts; as they were written, where that is all it says.
function persistence(value: string, all: string, upgrades = false): string {
  if (/^(?:close|keep-alive)$/i.test(all)) return value;
  const words = all.split(',').map((word) => word.trim());
  const close = words.some((word) => /^close$/i.test(word));
  const upgrade = upgrades && words.some((word) => /^upgrade$/i.test(word));
  return (close ? 'close' : 'keep-alive') + (upgrade ? ', Upgrade' : '');
}

// Once it has written a Content-Length, Node takes the characters of a Content-Disposition for bytes of UTF-8; spelled
// out as such bytes, the value comes out as it came in.
function intact(name: string, value: string, before: string[]): string {
  if (name.length !== 19 || !/^content-disposition$/i.test(name) || !/[\x80-\xff]/.test(value)) return value;
  const sized = before.some(
    (word, i) => i % 2 === 0 && /^content-length$/i.test(word) && Number(before[i + 1]) > 0,
  );
  return sized ? Buffer.from(value, 'utf8').toString('latin1') : value;
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
