/**
 * Data endpoint: `GET /scooby/get-data/<uuid>/`, a trace as JSON, and `get-outline/<uuid>/`, the same
 * without what makes it long, for this machine's own pages and tools only.
 */

import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendPage } from './error-pages.js';

/** Options of the data endpoint. */
export interface EndpointOptions {
  /** Resolves with the public JSON of the trace with that id, or undefined. */
  find: FindJson;
  /** The same of its outline; without it there are none. */
  findOutline?: FindJson;
  /** Host names other than loopback ones, e.g. `myapp.test`. */
  allowHosts?: string[];
  /** Bearer token with which other machines may read; without it they may not. */
  token?: string;
}

type FindJson = (id: string) => Promise<string | undefined>;

const PREFIX = /^\/scooby\/get-(?:data|outline)\//;
const PATH =
  /^\/scooby\/get-(data|outline)\/([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})\/?(?:\?.*)?$/;
const LOOPBACK = /^(?:(?:[a-z0-9-]+\.)*localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;
const ABSOLUTE = /^https?:\/\/([^/?#]*)/i;

// A malicious page in the user's browser must not be able to read, execute or cache the response.
const SECURITY_HEADERS = [
  ['Cache-Control', 'no-store'],
  ['X-Content-Type-Options', 'nosniff'],
  ['Content-Security-Policy', "default-src 'none'"],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
].flat();

/**
 * Request handler of the data endpoint. It responds and returns true, or returns false for a path
 * of the app.
 */
export function createDataEndpoint({ find, findOutline, allowHosts = [], token }: EndpointOptions) {
  const allowed = new Set(allowHosts.map((host) => host.toLowerCase()));
  const isAllowed = (host: string) =>
    LOOPBACK.test(host) ||
    allowed.has(host.toLowerCase()) ||
    allowed.has(host.replace(/:\d{1,5}$/, '').toLowerCase());

  return (req: IncomingMessage, res: ServerResponse): boolean => {
    const authority = ABSOLUTE.exec(req.url!);
    const path = authority ? req.url!.slice(authority[0].length) : req.url!;
    if (!path.startsWith('/scooby/') || !PREFIX.test(path)) return false;
    req.resume();
    const hosts = valuesOf(req, 'host');
    if (authority) hosts.push(authority[1]!);
    const isAuthorized = token !== undefined && hasToken(req, token);
    // Any client can send any Host: it only tells which site a browser of this machine is at.
    if (!isAuthorized && !isFromThisMachine(req)) {
      refuse(res, 403, 'recorded requests can be read on this machine only; elsewhere with SCOOBY_TOKEN');
    } else if (valuesOf(req, 'host').length !== 1 || !(isAuthorized || hosts.every(isAllowed))) {
      refuse(res, 403, 'this host may not read recorded requests; allow it with --allow-host');
    } else if (!isSameSite(req, isAllowed)) refuse(res, 403, 'recorded requests are not for other sites');
    else if (req.method !== 'GET') refuse(res, 405, 'recorded requests can only be read', ['Allow', 'GET']);
    else void respond(res, path, { data: find, outline: findOutline });
    return true;
  };
}

const LOOPBACK_ADDRESS = /^(?:::ffff:)?127\.|^::1$/;

/** Whether the client is a process of this machine, on loopback or on its own address. */
export function isFromThisMachine({ socket: { remoteAddress, localAddress } }: IncomingMessage): boolean {
  return (
    remoteAddress !== undefined && (LOOPBACK_ADDRESS.test(remoteAddress) || remoteAddress === localAddress)
  );
}

function hasToken(req: IncomingMessage, token: string): boolean {
  const given = Buffer.from(/^Bearer (.+)$/i.exec(req.headers.authorization ?? '')?.[1] ?? '');
  const expected = Buffer.from(token);
  return given.length > 0 && given.length === expected.length && timingSafeEqual(given, expected);
}

// Browsers send Origin and Sec-Fetch-Site; other clients, such as curl, send neither.
function isSameSite(req: IncomingMessage, isAllowed: (host: string) => boolean): boolean {
  if (valuesOf(req, 'sec-fetch-site').some((site) => site.trim().toLowerCase() === 'cross-site'))
    return false;
  return valuesOf(req, 'origin').every((origin) => {
    const host = /^https?:\/\/([^/?#]*)$/i.exec(origin);
    return host !== null && isAllowed(host[1]!);
  });
}

async function respond(
  res: ServerResponse,
  path: string,
  finds: Record<string, FindJson | undefined>,
): Promise<void> {
  const [, what = '', id] = PATH.exec(path) ?? [];
  try {
    const json = id === undefined ? undefined : await finds[what]?.(id);
    if (json === undefined) refuse(res, 404, 'no such request; it may have expired');
    else send(res, 200, json);
  } catch (error) {
    sendPage(res, { status: 500, text: `scooby: ${(error as Error).message}` });
  }
}

function refuse(res: ServerResponse, status: number, error: string, headers: string[] = []): void {
  send(res, status, `${JSON.stringify({ error })}\n`, headers);
}

function send(res: ServerResponse, status: number, json: string, headers: string[] = []): void {
  const body = Buffer.from(json);
  const type = ['Content-Type', 'application/json; charset=utf-8', 'Content-Length', String(body.length)];
  res.writeHead(status, [...type, ...SECURITY_HEADERS, ...headers]);
  res.end(body);
}

function valuesOf(req: IncomingMessage, name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i < req.rawHeaders.length; i += 2) {
    if (req.rawHeaders[i]!.toLowerCase() === name) values.push(req.rawHeaders[i + 1]!);
  }
  return values;
}
