/** The launcher's end of the link: a socket on which processes of the app speak lines, once they have named the token. */

import { timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import type { Line, Order } from '../trace.js';

/** One process of the app that is connected. */
export interface Peer {
  pid: number;
  command: string;
  cwd: string;
  node: string;
  thread: number;
  tell(order: Order): void;
}

/** What is done with what the peers say. */
export interface Listener {
  joined(peer: Peer): void;
  said(peer: Peer, line: Line): void;
  left(peer: Peer): void;
}

// Longer than anything the agent says: a peer that says more is not one of ours.
const LONGEST_LINE = 16 * 1024 * 1024;

/** Listens on a unix socket; answers the server, whose close ends every link. Only lines of peers that know the token are passed on. */
export async function receive(path: string, token: string, listener: Listener): Promise<Server> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    attend(socket, token, listener);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  const close = server.close.bind(server);
  server.close = (done) => {
    for (const socket of sockets) socket.destroy();
    return close(done);
  };
  return server;
}

function attend(socket: Socket, token: string, listener: Listener): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let peer: Peer | undefined;
  const take = (text: string) => {
    const line = JSON.parse(text) as Line;
    if (peer !== undefined) return listener.said(peer, line);
    if (line.t !== 'hello' || !same(line.token, token)) throw new Error('not a peer');
    const { pid, command, cwd, node, thread } = line;
    const tell = (order: Order) => void socket.write(`${JSON.stringify(order)}\n`);
    peer = { pid, command, cwd, node, thread, tell };
    listener.joined(peer);
  };
  socket.on('data', (chunk) => {
    const texts = (rest + decoder.write(chunk)).split('\n');
    rest = texts.pop()!;
    try {
      if (rest.length > LONGEST_LINE) throw new Error('too long');
      for (const text of texts) take(text);
    } catch {
      // Not a line of ours: that peer is not listened to any more, the others are.
      socket.destroy();
    }
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    if (peer !== undefined) listener.left(peer);
  });
}

function same(given: unknown, token: string): boolean {
  const a = Buffer.from(String(given));
  const b = Buffer.from(token);
  return a.length === b.length && timingSafeEqual(a, b);
}
