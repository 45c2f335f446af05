/** The launcher's end of the link: which processes of the app there are, and what they have written. */

import { timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Line, Order } from '../trace.js';
import { Spool } from './spool.js';

/** One process of the app that is connected. */
export interface Peer {
  pid: number;
  command: string;
  cwd: string;
  node: string;
  thread: number;
  /** Epoch ms at which its instants begin. */
  origin: number;
  tell(order: Order): void;
}

/** What is done with what the peers say. */
export interface Listener {
  joined(peer: Peer): void;
  said(peer: Peer, line: Line): void;
  /** A line could not be understood, or its handling failed; `text` is as much of it as is known. */
  lost(peer: Peer, text: string): void;
  left(peer: Peer): void;
  /** Answers whether a process is about to write something that is wanted. */
  awaits(): boolean;
}

const LOOK_MS = 40;
// The app tells that it has finished just after the last byte of its response.
const SOON_MS = [2, 10];

/** A running receiver. */
export interface Receiver {
  /** Looks for new lines now, and shortly after if what is awaited was not there. */
  look(): void;
  close(): void;
}

/** Listens on the run's socket. A process that knows the token is a peer until its connection ends; its lines are looked for now and then. */
export async function receive(path: string, token: string, listener: Listener): Promise<Receiver> {
  const spools = new Map<Peer, Spool>();
  const spoolOf = (peer: Peer) =>
    new Spool(dirname(path), `${peer.pid}-${peer.thread}`, {
      line: (line) => listener.said(peer, line),
      lost: (text) => listener.lost(peer, text),
    });
  const readAll = () => {
    for (const spool of spools.values()) if (spool.read()) look();
  };
  let planned = false;
  let again: NodeJS.Timeout | undefined;
  const look = () => {
    if (planned) return;
    planned = true;
    setImmediate(() => {
      planned = false;
      lookAgain(...SOON_MS);
    });
  };
  const lookAgain = (next?: number, ...rest: number[]) => {
    clearTimeout(again);
    readAll();
    if (next !== undefined && listener.awaits()) again = setTimeout(lookAgain, next, ...rest).unref();
  };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    attend(socket, token, {
      joined(peer) {
        spools.set(peer, spoolOf(peer));
        listener.joined(peer);
        readAll();
      },
      look,
      left(peer) {
        spools.get(peer)?.end();
        spools.delete(peer);
        listener.left(peer);
      },
    });
  });
  await listening(server, path);
  const timer = setInterval(readAll, LOOK_MS);
  const close = () => {
    clearInterval(timer);
    clearTimeout(again);
    for (const spool of spools.values()) {
      while (spool.read());
      spool.close();
    }
    spools.clear();
    server.close();
    // A process that outlives the run would keep the launcher with it.
    for (const socket of sockets) socket.destroy();
  };
  return { look, close };
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}

interface Attendant {
  joined(peer: Peer): void;
  look(): void;
  left(peer: Peer): void;
}

// Longer than a hello can be.
const LONGEST_WORD = 1024 * 1024;

function attend(socket: Socket, token: string, attendant: Attendant): void {
  let rest = '';
  let peer: Peer | undefined;
  socket.setEncoding('utf8').on('data', (text) => {
    const texts = (rest + text).split('\n');
    rest = texts.pop()!;
    try {
      if (rest.length > LONGEST_WORD) throw new Error('too long');
      for (const word of texts) {
        // A process that is known only says that there is something to read, in whichever words.
        if (peer !== undefined) attendant.look();
        else {
          peer = peerOf(JSON.parse(word) as Line, token, socket);
          attendant.joined(peer);
        }
      }
    } catch {
      socket.destroy();
    }
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    if (peer !== undefined) attendant.left(peer);
  });
}

function peerOf(line: Line, token: string, socket: Socket): Peer {
  if (line.t !== 'hello' || !isSame(line.token, token)) throw new Error('not a peer');
  const { pid, command, cwd, node, thread, origin } = line;
  if (!Number.isSafeInteger(pid) || !Number.isSafeInteger(thread)) throw new Error('not a peer');
  return {
    pid,
    command,
    cwd,
    node,
    thread,
    origin,
    tell: (order) => void socket.write(`${ascii(JSON.stringify(order))}\n`),
  };
}

/** The other end cuts what comes into lines byte by byte. */
function ascii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function isSame(given: unknown, token: string): boolean {
  const a = Buffer.from(String(given));
  const b = Buffer.from(token);
  return a.length === b.length && timingSafeEqual(a, b);
}
