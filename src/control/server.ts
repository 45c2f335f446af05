/**
 * Server of the control socket: a Unix socket for this user only, on which clients send commands to
 * a run.
 */

import { chmodSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { isToken, listenAtPath, relistenAtPath } from '../collector/local-socket.js';
import { readMessages, writeMessage } from '../collector/socket-lines.js';
import type { ControlResponse } from './protocol.js';

/**
 * Handler of a command: returns or resolves with the response; its error's message is sent to the
 * client.
 */
export type ControlCommand = (params: Record<string, unknown>) => unknown;

const MAX_REQUEST_BYTES = 64 * 1024;
const MAX_CONNECTIONS = 32;
const MAX_CONCURRENT_REQUESTS = 16;
// More than any response; a client that does not read its responses is disconnected.
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;
const TOKEN_MS = 10_000;

/** A listening control socket. */
export interface ControlServer {
  /** Listens again after its socket's file was deleted. */
  listenAgain(): Promise<void>;
  close(): void;
}

/**
 * Listens at `path` and runs the `commands` of clients that send the token first. Rejects when it
 * cannot listen.
 */
export async function serveControl(
  path: string,
  token: string,
  commands: Record<string, ControlCommand>,
): Promise<ControlServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    serveConnection(socket, token, commands);
  });
  server.maxConnections = MAX_CONNECTIONS;
  await listenAtPath(server, path);
  // The run folder's mode 0700 protects the socket already; this holds even if that mode is lost.
  const protect = () => chmodSync(path, 0o600);
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  try {
    protect();
  } catch (error) {
    close();
    throw error;
  }
  const listenAgain = () => relistenAtPath(server, path).then(protect);
  return { listenAgain, close };
}

function serveConnection(socket: Socket, token: string, commands: Record<string, ControlCommand>): void {
  let isAuthenticated = false;
  let runningRequests = 0;
  const authenticationTimer = setTimeout(() => socket.destroy(), TOKEN_MS);
  socket.on('close', () => clearTimeout(authenticationTimer));
  readMessages(socket, MAX_REQUEST_BYTES, (line) => {
    if (!isAuthenticated) {
      if (!isToken(line.token, token)) throw new Error('wrong token');
      clearTimeout(authenticationTimer);
      isAuthenticated = true;
      return;
    }
    const { id, verb: command, with: params = {} } = line;
    if (
      typeof id !== 'number' ||
      typeof command !== 'string' ||
      typeof params !== 'object' ||
      params === null
    )
      throw new Error('invalid request');
    if (socket.writableLength > MAX_UNREAD_BYTES) throw new Error('too many unread bytes');
    if (runningRequests >= MAX_CONCURRENT_REQUESTS)
      return writeMessage(socket, { id, error: 'Too many requests at once; wait for some.' });
    runningRequests++;
    void runCommand(commands, command, params as Record<string, unknown>).then((response) => {
      runningRequests--;
      writeMessage(socket, { id, ...response } satisfies ControlResponse);
    });
  });
}

async function runCommand(
  commands: Record<string, ControlCommand>,
  commandName: string,
  params: Record<string, unknown>,
): Promise<Omit<ControlResponse, 'id'>> {
  try {
    const command = Object.hasOwn(commands, commandName) ? commands[commandName] : undefined;
    if (command === undefined)
      return {
        error: `The run does not know "${commandName}"; it is of another version of scooby. Start it again.`,
      };
    return { ok: (await command(params)) ?? null };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
