/** Pumps bodies, trailers and interim responses between client and app, with backpressure. */

import type { ClientRequest, IncomingMessage, InformationEvent, ServerResponse } from 'node:http';
import { headerPairs, messageHead, withoutScoobyHeaders } from './raw-headers.js';
import { isConnected, type Target } from './upstream.js';

// Writing an empty chunk sends the headers at once. flushHeaders() would encode them as UTF-8, but
// raw headers hold one byte per character.
const EMPTY = Buffer.alloc(0);

/**
 * Pumps a request's body to the app once the connection is established; until then the request can
 * still be sent to another address.
 */
export function pumpRequest(req: IncomingMessage, upstreamRequest: ClientRequest, target: Target): void {
  const startPumping = () => {
    if (upstreamRequest.destroyed) return;
    upstreamRequest.write(EMPTY);
    req.on('data', (chunk: Buffer) => {
      if (!upstreamRequest.destroyed && !upstreamRequest.write(chunk)) req.pause();
    });
    req.on('end', () => {
      if (upstreamRequest.destroyed) return;
      const trailers = withoutScoobyHeaders(req.rawTrailers);
      if (trailers.length > 0) upstreamRequest.addTrailers(headerPairs(trailers));
      upstreamRequest.end();
    });
  };
  upstreamRequest.on('drain', () => req.resume());
  // After the app closed its connection, the rest of the body is read and dropped, as Node does: a
  // client that is still writing would not read the response.
  upstreamRequest.on('close', () => {
    if (isConnected(upstreamRequest.socket)) req.resume();
  });
  upstreamRequest.once('socket', (socket) => {
    if (isConnected(socket)) startPumping();
    else socket.once(target.connectEvent, startPumping);
  });
}

/** Alters a body as it passes: each piece becomes none, one or several. */
export interface BodyTransform {
  transform(piece: Buffer): Buffer[];
  /** What was held back. */
  end(): Buffer[];
}

/**
 * Pumps a response's body to the client, after its headers. An incomplete response breaks the
 * client's connection.
 */
export function pumpResponse(response: IncomingMessage, res: ServerResponse, body?: BodyTransform): void {
  let wroteBody = false;
  const write = (chunk: Buffer) => {
    wroteBody = true;
    if (!res.write(chunk)) response.pause();
  };
  response.on('data', body === undefined ? write : (chunk) => body.transform(chunk).forEach(write));
  res.on('drain', () => response.resume());
  response.on('end', () => {
    wroteBody = true;
    for (const piece of body?.end() ?? []) res.write(piece);
    const trailers = withoutScoobyHeaders(response.rawTrailers);
    if (trailers.length > 0) res.addTrailers(headerPairs(trailers));
    res.end();
  });
  response.on('error', () => res.destroy());
  // Sends the headers even where the body is not there yet.
  process.nextTick(() => {
    if (!wroteBody && !res.destroyed) res.write(EMPTY);
  });
}

/** Relays an interim (1xx) response unchanged. */
export function relayInterim(information: InformationEvent, res: ServerResponse): void {
  if (information.statusCode === 100) {
    res.writeContinue();
    return;
  }
  const status = `HTTP/1.1 ${information.statusCode} ${information.statusMessage}`;
  res.socket?.write(messageHead(status, withoutScoobyHeaders(information.rawHeaders)), 'latin1');
}
