/** Detects requests that a process sends to itself (supertest): they get no X-Scooby header. */

import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { PrivateField } from './private-field.cjs';

// Sockets are only removed when so many have been added since: `close` listeners could be counted.
const SWEEP_AFTER = 64;

/** Client sockets of this process whose request has no response yet. */
const requestSockets = new Set<Socket>();
/**
 * Client sockets that `net.connect` has made, whatever the app sends over them; weak, as a socket keeps
 * its last request.
 */
const netSockets = new Set<WeakRef<Socket>>();
let added = 0;

/**
 * Watches all client sockets of this process: raw ones, those of clients and tunnels of the app's
 * own, and those to a unix socket.
 */
export function watchClientSockets(): void {
  subscribe('net.client.socket', (message) => {
    netSockets.add(new WeakRef((message as { socket: Socket }).socket));
    if (++added < SWEEP_AFTER) return;
    added = 0;
    for (const socket of netSockets) if (socket.deref()?.destroyed !== false) netSockets.delete(socket);
  });
}

/** Adds the client socket of a request that this process sends, which may be encrypted. */
export function trackOwnSocket(socket: Socket): void {
  requestSockets.add(socket);
}

/** Removes a socket when its request has a response or has failed. */
export function untrackOwnSocket(socket: Socket | null | undefined): void {
  if (socket) requestSockets.delete(socket);
}

/**
 * Whether the other end of a server's connection is in this process. Connections over a unix socket
 * have no ports: there each other connection of this process over one may be it.
 */
export function isOwnConnection(connection: Pick<Socket, 'remotePort'>): boolean {
  const known = SocketTag.read(connection);
  if (known !== undefined) return known;
  const isOwn = isOtherEnd(connection.remotePort);
  // The client is known before its first request arrives, and a port has one client.
  if (connection.remotePort !== undefined) new SocketTag(connection, isOwn);
  return isOwn;
}

/** Private field of a server's connection: whether its other end is in this process. */
class SocketTag extends PrivateField {
  #isOwn: boolean;

  constructor(connection: object, isOwn: boolean) {
    super(connection);
    this.#isOwn = isOwn;
  }

  static read(connection: object): boolean | undefined {
    return #isOwn in connection ? connection.#isOwn : undefined;
  }
}

function isOtherEnd(remotePort: number | undefined): boolean {
  for (const socket of requestSockets) if (isAtPort(socket, remotePort)) return true;
  for (const weak of netSockets) {
    const socket = weak.deref();
    if (socket !== undefined && isAtPort(socket, remotePort)) return true;
  }
  return false;
}

function isAtPort(socket: Socket, port: number | undefined): boolean {
  return !socket.destroyed && !socket.connecting && socket.localPort === port;
}
