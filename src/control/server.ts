/** The launcher's ear for other terminals: a socket that only this user can reach, on which a run is asked and told things. */

import { chmodSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { isToken, listenAtPath } from '../collector/local-socket.js';
import { readMessages, writeMessage } from '../collector/socket-lines.js';

/** Answers one kind of request; what it throws is told as a sentence. */
export type ControlCommand = (given: Record<string, unknown>) => unknown;

const LONGEST_REQUEST = 64 * 1024;
const MOST_SOCKETS = 32;
const MOST_AT_ONCE = 16;
// Longer than any answer: who does not read them is not waited for.
const MOST_UNREAD = 16 * 1024 * 1024;
const TOKEN_MS = 10_000;

/** A socket that is listened on. */
export interface ControlServer {
  close(): void;
}

/** Listens at `path`; who knows the token may ask for what the table of verbs has. */
export async function serveControl(
  path: string,
  token: string,
  verbs: Record<string, ControlCommand>,
): Promise<ControlServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    attend(socket, token, verbs);
  });
  server.maxConnections = MOST_SOCKETS;
  await listenAtPath(server, path);
  // The folder is closed to others already; a umask of 0 is no reason to rely on that alone.
  chmodSync(path, 0o600);
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { close };
}

function attend(socket: Socket, token: string, verbs: Record<string, ControlCommand>): void {
  let known = false;
  let open = 0;
  const stranger = setTimeout(() => socket.destroy(), TOKEN_MS);
  socket.on('close', () => clearTimeout(stranger));
  readMessages(socket, LONGEST_REQUEST, (line) => {
    if (!known) {
      if (!isToken(line.token, token)) throw new Error('a stranger');
      clearTimeout(stranger);
      known = true;
      return;
    }
    const { id, verb, with: given = {} } = line;
    if (typeof id !== 'number' || typeof verb !== 'string' || typeof given !== 'object' || given === null)
      throw new Error('no request');
    if (socket.writableLength > MOST_UNREAD) throw new Error('nobody reads');
    if (open >= MOST_AT_ONCE)
      return writeMessage(socket, { id, error: 'Too many requests at once; wait for some.' });
    open++;
    void answer(verbs, verb, given as Record<string, unknown>).then((answered) => {
      open--;
      writeMessage(socket, { id, ...answered });
    });
  });
}

async function answer(
  verbs: Record<string, ControlCommand>,
  name: string,
  given: Record<string, unknown>,
): Promise<object> {
  try {
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    if (verb === undefined)
      return {
        error: `The run does not know "${name}"; it is of another version of scooby. Start it again.`,
      };
    return { ok: (await verb(given)) ?? null };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
