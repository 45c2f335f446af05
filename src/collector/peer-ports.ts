/** Tells the processes of a run at which ports the others answer, so that a call from service to service is one tree. */

import type { ServerAddress } from '../domain/link.js';
import type { AppConnection } from './link-server.js';

/** The processes that are connected, and their ports. */
export class PeerPorts {
  #ports = new Map<AppConnection, Set<number>>();

  /** A process has connected: it is told what is known. */
  joined(peer: AppConnection): void {
    this.#ports.set(peer, new Set());
    peer.send({ t: 'peers', ports: this.#all() });
  }

  /** A process listens, perhaps behind the proxy that has the port it asked for. */
  arrived(peer: AppConnection, { port, wanted }: ServerAddress): void {
    for (const one of [port, wanted]) if (one !== undefined) this.#ports.get(peer)?.add(one);
    this.#tell();
  }

  /** A server was closed. */
  gone(peer: AppConnection, port: number | undefined): void {
    if (port !== undefined && this.#ports.get(peer)?.delete(port)) this.#tell();
  }

  /** A process has ended, and its servers with it. */
  left(peer: AppConnection): void {
    const had = this.#ports.get(peer);
    this.#ports.delete(peer);
    if (had !== undefined && had.size > 0) this.#tell();
  }

  #tell(): void {
    const ports = this.#all();
    for (const peer of this.#ports.keys()) peer.send({ t: 'peers', ports });
  }

  #all(): number[] {
    return [...new Set([...this.#ports.values()].flatMap((ports) => [...ports]))];
  }
}
