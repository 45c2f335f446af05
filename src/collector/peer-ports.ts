/** Tells the processes of a run at which ports the others answer, so that a call from service to service is one tree. */

import type { Address } from '../domain/trace.js';
import type { Peer } from './link-server.js';

/** The processes that are connected, and their ports. */
export class Peers {
  #ports = new Map<Peer, Set<number>>();

  /** A process has connected: it is told what is known. */
  joined(peer: Peer): void {
    this.#ports.set(peer, new Set());
    peer.tell({ t: 'peers', ports: this.#all() });
  }

  /** A process listens, perhaps behind the proxy that has the port it asked for. */
  arrived(peer: Peer, { port, wanted }: Address): void {
    for (const one of [port, wanted]) if (one !== undefined) this.#ports.get(peer)?.add(one);
    this.#tell();
  }

  /** A server was closed. */
  gone(peer: Peer, port: number | undefined): void {
    if (port !== undefined && this.#ports.get(peer)?.delete(port)) this.#tell();
  }

  /** A process has ended, and its servers with it. */
  left(peer: Peer): void {
    const had = this.#ports.get(peer);
    this.#ports.delete(peer);
    if (had !== undefined && had.size > 0) this.#tell();
  }

  #tell(): void {
    const ports = this.#all();
    for (const peer of this.#ports.keys()) peer.tell({ t: 'peers', ports });
  }

  #all(): number[] {
    return [...new Set([...this.#ports.values()].flatMap((ports) => [...ports]))];
  }
}
