/**
 * Addresses of the run's own servers, and of those of runs beside it, sent to all its processes: a call from one service to another
 * becomes one tree, and what a dev server hands to its worker one trace.
 */

import type { PeerAddresses, ServerAddress } from '../domain/link.js';
import type { AppConnection } from './link-server.js';

type Endpoint = Pick<ServerAddress, 'port' | 'path'>;

/** Servers by connected process; every change is sent to all of them. */
export class PeerPorts {
  #servers = new Map<AppConnection, Endpoint[]>();
  #siblings: PeerAddresses = { ports: [], paths: [] };
  readonly #onChange: (own: PeerAddresses) => void;

  /** `onChange` hears of the addresses of this run's servers. */
  constructor(onChange: (own: PeerAddresses) => void = () => {}) {
    this.#onChange = onChange;
  }

  /** Sets the addresses of the servers of other runs, and sends them to all processes. */
  setSiblings(siblings: PeerAddresses): void {
    const { ports, paths = [] } = siblings;
    if (String([ports, paths]) === String([this.#siblings.ports, this.#siblings.paths])) return;
    this.#siblings = { ports, paths };
    this.#sendAll();
  }

  /** Adds a process that has connected, and sends it the known addresses. */
  addProcess(connection: AppConnection): void {
    this.#servers.set(connection, []);
    this.#send(connection);
  }

  /**
   * Adds a server's address, and the port that the app wanted, where the proxy listens instead of
   * the app.
   */
  addPorts(connection: AppConnection, { port, path, wanted }: ServerAddress): void {
    const servers = this.#servers.get(connection);
    if (servers === undefined) return;
    if (port !== undefined) servers.push({ port });
    if (wanted !== undefined) servers.push({ port: wanted });
    if (path !== undefined) servers.push({ path });
    this.#changed();
  }

  /** Removes a server that was closed. */
  removePort(connection: AppConnection, { port, path }: Endpoint): void {
    const servers = this.#servers.get(connection) ?? [];
    const at = servers.findIndex((server) => server.port === port && server.path === path);
    if (at < 0) return;
    servers.splice(at, 1);
    this.#changed();
  }

  /** Removes a process that has disconnected, with its servers. */
  removeProcess(connection: AppConnection): void {
    const servers = this.#servers.get(connection);
    this.#servers.delete(connection);
    if (servers !== undefined && servers.length > 0) this.#changed();
  }

  #changed(): void {
    this.#sendAll();
    this.#onChange(addressesOf([...this.#servers.values()].flat()));
  }

  #sendAll(): void {
    for (const connection of this.#servers.keys()) this.#send(connection);
  }

  #send(connection: AppConnection): void {
    const all = [...this.#servers];
    const { ports, paths = [] } = addressesOf(all.flatMap(([, servers]) => servers));
    const others = all.filter(([each]) => isStartedBy(each, connection));
    connection.send({
      t: 'peers',
      ports: [...new Set([...ports, ...this.#siblings.ports])],
      paths: [...new Set([...paths, ...(this.#siblings.paths ?? [])])],
      workers: addressesOf(others.flatMap(([, servers]) => servers)),
    });
  }
}

/** Whether a process is a child of another, or its thread. */
function isStartedBy({ pid, ppid, thread }: AppConnection, parent: AppConnection): boolean {
  return pid === parent.pid ? thread > parent.thread : ppid === parent.pid;
}

function addressesOf(servers: Endpoint[]): PeerAddresses {
  return {
    ports: [...new Set(servers.flatMap(({ port }) => port ?? []))],
    paths: [...new Set(servers.flatMap(({ path }) => path ?? []))],
  };
}
