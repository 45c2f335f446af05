/** Lets bodies, trailers and interim responses flow between the two sides, each no faster than the other reads. */

import type { ClientRequest, IncomingMessage, InformationEvent, ServerResponse } from 'node:http';
import { headerPairs, messageHead, withoutScoobyHeaders } from './raw-headers.js';
import { isConnected, type Target } from './upstream.js';

// Written to send headers at once: flushHeaders() would write them as UTF-8, and they hold one byte a character.
const NOTHING = Buffer.alloc(0);

/** Lets a request's body flow to the app, from the moment there is a connection: until then it can be sent elsewhere. */
export function pumpRequest(req: IncomingMessage, onward: ClientRequest, target: Target): void {
  const begin = () => {
    if (onward.destroyed) return;
    onward.write(NOTHING);
    req.on('data', (chunk: Buffer) => {
      if (!onward.destroyed && !onward.write(chunk)) req.pause();
    });
    req.on('end', () => {
      if (onward.destroyed) return;
      const trailers = withoutScoobyHeaders(req.rawTrailers);
      if (trailers.length > 0) onward.addTrailers(headerPairs(trailers));
      onward.end();
    });
  };
  onward.on('drain', () => req.resume());
  // What the client still sends after the app has hung up is read and dropped, as Node does, so that it gets to the response.
  onward.on('close', () => {
    if (isConnected(onward.socket)) req.resume();
  });
  onward.once('socket', (socket) => {
    if (isConnected(socket)) begin();
    else socket.once(target.connected, begin);
  });
}

/** Lets a response flow to the client; its head is written already. A broken one breaks the connection to the client. */
export function pumpResponse(answer: IncomingMessage, res: ServerResponse): void {
  let wrote = false;
  answer.on('data', (chunk: Buffer) => {
    wrote = true;
    if (!res.write(chunk)) answer.pause();
  });
  res.on('drain', () => answer.resume());
  answer.on('end', () => {
    wrote = true;
    const trailers = withoutScoobyHeaders(answer.rawTrailers);
    if (trailers.length > 0) res.addTrailers(headerPairs(trailers));
    res.end();
  });
  answer.on('error', () => res.destroy());
  // Headers do not wait for a body that is not there yet.
  process.nextTick(() => {
    if (!wrote && !res.destroyed) res.write(NOTHING);
  });
}

/** Relays an interim response as it came. */
export function relayInterim(information: InformationEvent, res: ServerResponse): void {
  if (information.statusCode === 100) {
    res.writeContinue();
    return;
  }
  const status = `HTTP/1.1 ${information.statusCode} ${information.statusMessage}`;
  res.socket?.write(messageHead(status, withoutScoobyHeaders(information.rawHeaders)), 'latin1');
}
