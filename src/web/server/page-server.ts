/** HTTP server of the page: its files for anyone on this machine, the data for those who have its link. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Feed } from '../../feed/feed.js';
import { ArgumentError } from './arguments.js';
import { ChangeEvents } from './change-events.js';
import { type FeedCall, feedCall } from './feed-calls.js';
import { cookieName, dataRefusal, headerValues, hostRefusal, type Refusal } from './page-access.js';
import type { PageFile } from './page-files.js';
import { SAFE_HEADERS } from './page-headers.js';
import { isSecret, type PageSecrets } from './page-secrets.js';
import { isFromOtherUser } from './peer-user.js';
import { readJson } from './read-json.js';
import { WatchStreams } from './watch-stream.js';

/** What the page is served from. */
export interface PageServerOptions {
  feed: Feed;
  files: Map<string, PageFile>;
  /** Port in the page's URL; read at each request. */
  port: number;
  secrets: PageSecrets;
  /** uid that may open it, besides root; by default that of this process. */
  owner?: number;
}

/** A server that the caller lets listen, or hands sockets. */
export interface PageServer {
  server: Server;
  close(): void;
}

const CALL_PREFIX = '/api/feed/';
/** Call whose answer comes in lines. */
const WATCH_PATH = '/api/watch';
/** Calls that are worked on at once. */
const MAX_CALLS = 64;
/** Bytes of an answer: of a request with some hundred thousand calls. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const MAX_CONNECTIONS = 128;
/** Where a deep link may lead: the page's own places. */
const PLACE = /^\/[\w/.~:@!$&'()*+,;=%?-]{0,2000}$/;

const OTHER_USER: Refusal = { status: 403, message: 'This page is of another user of this machine.' };

/** Server of the page over a feed, which is closed with it. */
export function createPageServer(options: PageServerOptions): PageServer {
  const events = new ChangeEvents(options.feed);
  const watches = new WatchStreams(options.feed);
  const calls = { open: 0 };
  const { owner = process.getuid?.() } = options;
  const foreign = new WeakSet<Socket>();
  const server = createServer(
    { maxHeaderSize: 16 * 1024, headersTimeout: 10_000, requestTimeout: 15_000, keepAliveTimeout: 20_000 },
    (req, res) => {
      res.on('error', () => res.destroy());
      if (foreign.has(req.socket)) return refuse(res, OTHER_USER);
      void serve({ ...options, events, watches, calls }, req, res).catch(() => res.destroy());
    },
  );
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    // maxConnections does not count those that are handed over.
    if (open.size >= MAX_CONNECTIONS) return void socket.destroy();
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    if (isFromOtherUser(socket, owner)) foreign.add(socket);
  });
  const refuseProtocol = (_: IncomingMessage, socket: { end(text: string): void; destroy(): void }) => {
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  };
  server.on('upgrade', refuseProtocol).on('connect', refuseProtocol);
  return {
    server,
    close() {
      events.close();
      watches.close();
      server.close();
      server.closeAllConnections();
      options.feed.close();
    },
  };
}

type Serving = PageServerOptions & {
  events: ChangeEvents;
  watches: WatchStreams;
  calls: { open: number };
};

async function serve(serving: Serving, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const refusal = hostRefusal(req, serving.port);
  if (refusal !== undefined) return refuse(res, refusal);
  const [path = '', query] = req.url!.split('?', 2);
  if (path === WATCH_PATH) return serveCall(serving, (_, [id]) => serving.watches.add(id, res), req, res);
  if (path.startsWith(CALL_PREFIX)) {
    const call = feedCall(path.slice(CALL_PREFIX.length));
    return serveCall(serving, call, req, res);
  }
  if (path === '/events') return serveEvents(serving, req, res);
  if (req.method !== 'GET' && req.method !== 'HEAD') return refuseMethod(res, 'GET, HEAD');
  const parameters = new URLSearchParams(query);
  if (path === '/' && parameters.has('token')) return openSession(serving, parameters, res);
  serveFile(serving, path, parameters.get('v'), req, res);
}

/** Trades the link's token for both halves of a session, and leads to the URL without it. */
function openSession({ port, secrets }: Serving, parameters: URLSearchParams, res: ServerResponse): void {
  if (!isSecret(parameters.get('token') ?? '', secrets.token))
    return refuse(res, {
      status: 403,
      message: 'This link is of another run. `scooby open` prints the one of this run.',
    });
  const place = parameters.get('at') ?? '';
  // The part after # is never sent: it reaches the page's script, which keeps it and clears the URL.
  const fragment = `key=${secrets.key}${PLACE.test(place) ? `&at=${encodeURIComponent(place)}` : ''}`;
  const cookie = `${cookieName(port)}=${secrets.cookie}; Path=/; HttpOnly; SameSite=Strict`;
  res.writeHead(303, { ...SAFE_HEADERS, Location: `/#${fragment}`, 'Set-Cookie': cookie });
  res.end();
}

function serveFile(
  { files }: Serving,
  path: string,
  version: string | null,
  req: IncomingMessage,
  res: ServerResponse,
): void {
  const file = files.get(path);
  if (file === undefined) return refuse(res, { status: 404, message: 'There is no such page.' });
  const isFixed = file.isHashed || version === file.version;
  res.writeHead(200, {
    ...SAFE_HEADERS,
    'Content-Type': file.type,
    'Content-Length': file.body.length,
    ...(isFixed && { 'Cache-Control': 'private, max-age=31536000, immutable' }),
  });
  res.end(req.method === 'HEAD' ? undefined : file.body);
}

function serveEvents({ events, port, secrets }: Serving, req: IncomingMessage, res: ServerResponse): void {
  if (req.method !== 'GET') return refuseMethod(res, 'GET');
  const refusal = dataRefusal(req, port, secrets);
  if (refusal !== undefined) return refuse(res, refusal);
  if (!events.hasRoom)
    return refuse(res, { status: 503, message: 'The page is open too often. Close some of its tabs.' });
  res.writeHead(200, { ...SAFE_HEADERS, 'Content-Type': 'text/event-stream; charset=utf-8' });
  events.add(res, headerValues(req, 'last-event-id')[0]);
}

async function serveCall(
  { feed, port, secrets, calls }: Serving,
  call: FeedCall | undefined,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  if (req.method !== 'POST') return refuseMethod(res, 'POST');
  const refusal = dataRefusal(req, port, secrets);
  if (refusal !== undefined) return refuse(res, refusal);
  if (call === undefined) return refuse(res, { status: 404, message: 'There is no such call.' });
  if (calls.open >= MAX_CALLS) return refuse(res, { status: 503, message: 'Too many calls at once.' });
  calls.open++;
  try {
    const body = await readJson(req);
    if ('status' in body) return refuse(res, body);
    if (!Array.isArray(body.value)) throw new ArgumentError('The body has to be a list of arguments.');
    const value = await call(feed, body.value);
    if (!res.headersSent) sendJson(res, 200, JSON.stringify(value ?? null));
  } catch (error) {
    if (res.headersSent) return void res.destroy();
    const status = error instanceof ArgumentError ? 400 : 422;
    refuse(res, { status, message: error instanceof Error ? error.message : String(error) });
  } finally {
    calls.open--;
  }
}

function sendJson(res: ServerResponse, status: number, json: string): void {
  const body = Buffer.from(json);
  if (body.length > MAX_ANSWER_BYTES)
    return refuse(res, {
      status: 422,
      message: 'This request is too large for the page. `scooby show` prints it.',
    });
  res.writeHead(status, {
    ...SAFE_HEADERS,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': body.length,
  });
  res.end(body);
}

function refuse(res: ServerResponse, { status, message }: Refusal): void {
  // What of the body is unread would be taken for the next request.
  res.shouldKeepAlive = false;
  sendJson(res, status, JSON.stringify({ error: message }));
}

function refuseMethod(res: ServerResponse, allowed: string): void {
  res.setHeader('Allow', allowed);
  refuse(res, { status: 405, message: `Only ${allowed} is answered here.` });
}
