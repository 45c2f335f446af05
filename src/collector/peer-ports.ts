/**
 * Ports of the run's own servers, sent to all its processes: a call from one service to another
 * becomes one tree.
 */

import type { ServerAddress } from '../domain/link.js';
import type { AppConnection } from './link-server.js';

/** Ports by connected process; every change is sent to all of them. */
export class PeerPorts {
  #ports = new Map<AppConnection, Set<number>>();

  /** Adds a process that has connected, and sends it the known ports. */
  addProcess(connection: AppConnection): void {
    this.#ports.set(connection, new Set());
    connection.send({ t: 'peers', ports: this.#all() });
  }

  /**
   * Adds a server's port, and the port that the app wanted, where the proxy listens instead of the
   * app.
   */
  addPorts(connection: AppConnection, { port, wanted }: ServerAddress): void {
    for (const each of [port, wanted]) if (each !== undefined) this.#ports.get(connection)?.add(each);
    this.#sendAll();
  }

  /** Removes the port of a server that was closed. */
  removePort(connection: AppConnection, port: number | undefined): void {
    if (port !== undefined && this.#ports.get(connection)?.delete(port)) this.#sendAll();
  }

  /** Removes a process that has disconnected, with its ports. */
  removeProcess(connection: AppConnection): void {
    const ports = this.#ports.get(connection);
    this.#ports.delete(connection);
    if (ports !== undefined && ports.size > 0) this.#sendAll();
  }

  #sendAll(): void {
    const ports = this.#all();
    for (const connection of this.#ports.keys()) connection.send({ t: 'peers', ports });
  }

  #all(): number[] {
    return [...new Set([...this.#ports.values()].flatMap((ports) => [...ports]))];
  }
}
