/** The launcher's end of the link: which processes of the app there are, and what they have written. */

import { createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { LinkLine, LinkOrder } from '../domain/link.js';
import { isToken, listenAtPath } from './local-socket.js';
import { readMessages } from './socket-lines.js';
import { Spools } from './spools.js';

/** One process of the app that is connected. */
export interface AppConnection {
  pid: number;
  command: string;
  cwd: string;
  node: string;
  thread: number;
  /** Epoch ms at which its instants begin. */
  origin: number;
  send(order: LinkOrder): void;
}

/** What is done with what the peers say. */
export interface LinkListener {
  joined(peer: AppConnection): void;
  said(peer: AppConnection, line: LinkLine): void;
  /** A line could not be understood, or its handling failed; `text` is as much of it as is known. */
  lost(peer: AppConnection, text: string): void;
  left(peer: AppConnection): void;
  /** Answers whether a process is about to write something that is wanted. */
  awaits(): boolean;
}

/** A running receiver. */
export interface LinkServer {
  /** Looks for new lines now, and shortly after if what is awaited was not there. */
  look(): void;
  close(): void;
}

/** Listens on the run's socket. A process that knows the token is a peer until its connection ends; its lines are looked for now and then. */
export async function serveLink(path: string, token: string, listener: LinkListener): Promise<LinkServer> {
  const spools = new Spools<AppConnection>(listener);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    attend(socket, token, {
      joined(peer) {
        spools.add(peer, dirname(path), `${peer.pid}-${peer.thread}`);
        listener.joined(peer);
        spools.readAll();
      },
      look: () => spools.look(),
      left(peer) {
        spools.remove(peer);
        listener.left(peer);
      },
    });
  });
  await listenAtPath(server, path);
  spools.start();
  const close = () => {
    spools.close();
    server.close();
    // A process that outlives the run would keep the launcher with it.
    for (const socket of sockets) socket.destroy();
  };
  return { look: () => spools.look(), close };
}

interface Attendant {
  joined(peer: AppConnection): void;
  look(): void;
  left(peer: AppConnection): void;
}

// Longer than a hello can be.
const LONGEST_WORD = 1024 * 1024;

function attend(socket: Socket, token: string, attendant: Attendant): void {
  let peer: AppConnection | undefined;
  readMessages(socket, LONGEST_WORD, (line) => {
    if (peer !== undefined) return attendant.look();
    peer = peerOf(line as LinkLine, token, socket);
    attendant.joined(peer);
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    if (peer !== undefined) attendant.left(peer);
  });
}

function peerOf(line: LinkLine, token: string, socket: Socket): AppConnection {
  if (line.t !== 'hello' || !isToken(line.token, token)) throw new Error('not a peer');
  const { pid, command, cwd, node, thread, origin } = line;
  if (!Number.isSafeInteger(pid) || !Number.isSafeInteger(thread)) throw new Error('not a peer');
  return {
    pid,
    command,
    cwd,
    node,
    thread,
    origin,
    send: (order) => void socket.write(`${ascii(JSON.stringify(order))}\n`),
  };
}

/** The other end cuts what comes into lines byte by byte. */
function ascii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
