/** Upgrade requests: tunnels for websockets, ordinary service for h2c. */

import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { forward } from './forward.js';
import type { ForwardOptions } from './forward-options.js';
import { hasBody, upgradeHeaders } from './forwarded-headers.js';
import { messageHead } from './raw-headers.js';

/**
 * True where a request is served without its Upgrade header: most clients that offer h2c do not
 * need it.
 */
export function isServedPlain(req: IncomingMessage): boolean {
  return hasBody(req) || /(?:^|,)\s*h2c\s*(?:,|$)/i.test(req.headers.upgrade ?? '');
}

/**
 * Forwards an upgrade request and then tunnels the bytes of both sides; `sockets` holds the open
 * sockets, for the proxy to destroy when it closes.
 */
export function tunnelUpgrade(
  options: ForwardOptions,
  req: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  sockets: Set<Duplex>,
): void {
  socket.on('error', () => socket.destroy());
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
  const res = new ServerResponse(req);
  res.shouldKeepAlive = false;
  try {
    res.assignSocket(socket as never);
  } catch {
    // An earlier request on this connection has no response yet; the two responses would be mixed.
    socket.destroy();
    return;
  }
  socket.on('drain', () => res.emit('drain'));
  res.on('finish', () => endGracefully(socket));
  const takeBuffered = bufferUntilOpen(socket, head);
  forward(options, req, res, (response, upstream, upstreamHead, id) => {
    res.detachSocket(socket as never);
    upstream.on('error', () => upstream.destroy());
    sockets.add(upstream);
    upstream.once('close', () => sockets.delete(upstream));
    const status = `HTTP/1.1 ${response.statusCode} ${response.statusMessage}`;
    socket.write(messageHead(status, upgradeHeaders(response, id)), 'latin1');
    if (upstreamHead.length > 0) socket.write(upstreamHead);
    for (const chunk of takeBuffered()) upstream.write(chunk);
    pipeBothWays(socket, upstream);
  });
}

/**
 * Serves an upgrade request as an ordinary request: unshifts it without its Upgrade header and
 * re-parses the socket.
 */
export function serveWithoutUpgrade(
  server: Server,
  req: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const raw: string[] = [];
  for (let i = 0; i < req.rawHeaders.length; i += 2) {
    const name = req.rawHeaders[i]!.toLowerCase();
    if (name === 'upgrade' || name === 'http2-settings') continue;
    const value = req.rawHeaders[i + 1]!;
    raw.push(req.rawHeaders[i]!, name === 'connection' ? withoutUpgradeTokens(value) : value);
  }
  const requestHead = messageHead(`${req.method} ${req.url} HTTP/${req.httpVersion}`, raw);
  socket.unshift(Buffer.concat([Buffer.from(requestHead, 'latin1'), head]));
  server.emit('connection', socket);
}

function withoutUpgradeTokens(connection: string): string {
  const words = connection.split(',').map((word) => word.trim());
  return words.filter((word) => !/^(?:upgrade|http2-settings)$/i.test(word)).join(', ') || 'keep-alive';
}

const MAX_BUFFERED_BYTES = 64 * 1024;

// A paused socket does not report the client's disconnect, so it is read until the tunnel is open.
// Returns a function that stops reading and takes the buffered bytes.
function bufferUntilOpen(socket: Duplex, head: Buffer): () => Buffer[] {
  const chunks = head.length > 0 ? [head] : [];
  let size = head.length;
  const buffer = (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_BUFFERED_BYTES) socket.pause();
  };
  const destroySocket = () => socket.destroy();
  socket.on('data', buffer).on('end', destroySocket);
  return () => {
    socket.removeListener('data', buffer).removeListener('end', destroySocket);
    return chunks;
  };
}

function pipeBothWays(a: Duplex, b: Duplex): void {
  a.pipe(b);
  b.pipe(a);
  a.once('close', () => closeOther(a, b));
  b.once('close', () => closeOther(b, a));
}

// After an orderly end the other side still receives the bytes in flight; after an error it does
// not.
function closeOther(closed: Duplex, other: Duplex): void {
  if (closed.errored || !closed.readableEnded) other.destroy();
  else endGracefully(other);
}

function endGracefully(socket: Duplex): void {
  if ('destroySoon' in socket) (socket as Duplex & { destroySoon(): void }).destroySoon();
  else socket.end();
}
