/** Whether this process asks itself, as tests of servers do: what they compare has nothing of ours in it. */

import type { Socket } from 'node:net';

/** By which this process is asking something now. */
const sockets = new Set<Socket>();

/** From now on, and until it is `notAskedBy`, the socket is one by which this process asks. */
export function trackOwnSocket(socket: Socket): void {
  sockets.add(socket);
}

/** The process has been answered by it, or never will be. */
export function untrackOwnSocket(socket: Socket | null | undefined): void {
  if (socket) sockets.delete(socket);
}

/** Answers whether who asks from that port is this process. */
export function isOwnPort(port: number | undefined): boolean {
  if (port === undefined) return false;
  for (const { localPort } of sockets) if (localPort === port) return true;
  return false;
}
