/** Requests to switch protocols: websockets above all. */

import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ForwardOptions, forward } from './forward.js';
import { hasBody, upgradeHeaders } from './forwarded-headers.js';
import { messageHead } from './raw-headers.js';

/** Answers whether a request should be served as if it had not asked to switch: most clients that ask for h2c never need it. */
export function isServedPlain(req: IncomingMessage): boolean {
  return hasBody(req) || /(?:^|,)\s*h2c\s*(?:,|$)/i.test(req.headers.upgrade ?? '');
}

/** Carries a request to switch protocols, and then the bytes of both sides; `open` holds the sockets while they live. */
export function tunnelUpgrade(
  route: ForwardOptions,
  req: IncomingMessage,
  socket: Duplex,
  rest: Buffer,
  open: Set<Duplex>,
): void {
  socket.on('error', () => socket.destroy());
  open.add(socket);
  socket.once('close', () => open.delete(socket));
  const res = new ServerResponse(req);
  res.shouldKeepAlive = false;
  try {
    res.assignSocket(socket as never);
  } catch {
    // An earlier request on this connection is not answered yet; the two answers would run into each other.
    socket.destroy();
    return;
  }
  socket.on('drain', () => res.emit('drain'));
  res.on('finish', () => end(socket));
  const early = waitFor(socket, rest);
  forward(route, req, res, (answer, upstream, first, id) => {
    res.detachSocket(socket as never);
    upstream.on('error', () => upstream.destroy());
    open.add(upstream);
    upstream.once('close', () => open.delete(upstream));
    const status = `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`;
    socket.write(messageHead(status, upgradeHeaders(answer, id)), 'latin1');
    if (first.length > 0) socket.write(first);
    for (const chunk of early()) upstream.write(chunk);
    join(socket, upstream);
  });
}

/** Serves a request that asked to switch protocols as an ordinary one, by handing it to the server again without that wish. */
export function serveWithoutUpgrade(
  server: Server,
  req: IncomingMessage,
  socket: Duplex,
  rest: Buffer,
): void {
  const raw: string[] = [];
  for (let i = 0; i < req.rawHeaders.length; i += 2) {
    const name = req.rawHeaders[i]!.toLowerCase();
    if (name === 'upgrade' || name === 'http2-settings') continue;
    const value = req.rawHeaders[i + 1]!;
    raw.push(req.rawHeaders[i]!, name === 'connection' ? lasting(value) : value);
  }
  const first = messageHead(`${req.method} ${req.url} HTTP/${req.httpVersion}`, raw);
  socket.unshift(Buffer.concat([Buffer.from(first, 'latin1'), rest]));
  server.emit('connection', socket);
}

function lasting(connection: string): string {
  const words = connection.split(',').map((word) => word.trim());
  return words.filter((word) => !/^(?:upgrade|http2-settings)$/i.test(word)).join(', ') || 'keep-alive';
}

const MOST_EARLY = 64 * 1024;

// A connection that nobody reads does not tell that the client has gone. Answers how to get what it sent meanwhile.
function waitFor(socket: Duplex, rest: Buffer): () => Buffer[] {
  const early = rest.length > 0 ? [rest] : [];
  let size = rest.length;
  const keep = (chunk: Buffer) => {
    early.push(chunk);
    size += chunk.length;
    if (size > MOST_EARLY) socket.pause();
  };
  const leave = () => socket.destroy();
  socket.on('data', keep).on('end', leave);
  return () => {
    socket.removeListener('data', keep).removeListener('end', leave);
    return early;
  };
}

function join(a: Duplex, b: Duplex): void {
  a.pipe(b);
  b.pipe(a);
  a.once('close', () => follow(a, b));
  b.once('close', () => follow(b, a));
}

// What had arrived before an orderly end is still delivered; after a broken one nothing is worth waiting for.
function follow(closed: Duplex, other: Duplex): void {
  if (closed.errored || !closed.readableEnded) other.destroy();
  else end(other);
}

function end(socket: Duplex): void {
  if ('destroySoon' in socket) (socket as Duplex & { destroySoon(): void }).destroySoon();
  else socket.end();
}
