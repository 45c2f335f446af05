/** Detects requests that a process sends to itself (supertest): they get no X-Scooby header. */

import type { Socket } from 'node:net';

/** Client sockets of this process whose request has no response yet. */
const sockets = new Set<Socket>();

/** Adds the client socket of a request that this process sends. */
export function trackOwnSocket(socket: Socket): void {
  sockets.add(socket);
}

/** Removes a socket when its request has a response or has failed. */
export function untrackOwnSocket(socket: Socket | null | undefined): void {
  if (socket) sockets.delete(socket);
}

/** Whether a request's remote port is a local port of this process. */
export function isOwnPort(port: number | undefined): boolean {
  if (port === undefined) return false;
  for (const { localPort } of sockets) if (localPort === port) return true;
  return false;
}
