/**
 * The app's servers, and which server the proxy forwards to: the first to listen, across its
 * restarts.
 */

import type { ServerAddress } from '../domain/link.js';
import type { AppInfo } from '../domain/trace.js';

/** A server of the app. */
export interface AppServer {
  address: ServerAddress;
  app: AppInfo;
}

/** All servers that listen now, in the order of their start; one of them is the upstream. */
export class AppServers {
  #listening: AppServer[] = [];
  #chosen: AppServer | undefined;

  /** Address that requests are forwarded to; undefined while that server does not listen. */
  get upstream(): ServerAddress | undefined {
    return this.#listening.find((server) => server === this.#chosen)?.address;
  }

  /** All other servers in the order of their start, each address once. */
  get others(): AppServer[] {
    const upstream = this.upstream;
    const seen: ServerAddress[] = upstream === undefined ? [] : [upstream];
    return this.#listening.filter(({ address }) => {
      if (seen.some((other) => isSameAddress(other, address))) return false;
      seen.push(address);
      return true;
    });
  }

  /**
   * Adds a listening server. It becomes the upstream when there has been none, when it is the old
   * upstream after a restart, or when no other server is left.
   */
  add(address: ServerAddress, app: AppInfo): void {
    const server = { address, app };
    const isVacant = this.upstream === undefined;
    const isReturn = this.#chosen !== undefined && isRestarted(server, this.#chosen);
    if (isVacant && (this.#chosen === undefined || isReturn || this.#listening.length === 0))
      this.#chosen = server;
    this.#listening.push(server);
  }

  /** Removes a server that stopped listening. */
  remove({ port, path }: Pick<ServerAddress, 'port' | 'path'>, app: AppInfo): void {
    this.#drop(
      (server) => server.app === app && server.address.port === port && server.address.path === path,
    );
  }

  /** Removes the servers of a process that exited. */
  removeProcess(app: AppInfo): void {
    this.#drop((server) => server.app === app);
  }

  /**
   * Workers of a cluster share one address: when the upstream's worker exits, another worker takes
   * over.
   */
  #drop(isGone: (server: AppServer) => boolean): void {
    this.#listening = this.#listening.filter((server) => !isGone(server));
    const chosen = this.#chosen;
    if (chosen === undefined || this.upstream !== undefined) return;
    this.#chosen = this.#listening.find(({ address }) => isSameAddress(address, chosen.address)) ?? chosen;
  }
}

/** A restarted server has the old port or, where the system chose the port (0), the old command. */
function isRestarted(server: AppServer, chosen: AppServer): boolean {
  return isSameAddress(server.address, chosen.address) || server.app.command === chosen.app.command;
}

function isSameAddress(a: ServerAddress, b: ServerAddress): boolean {
  if (a.wanted !== undefined || b.wanted !== undefined) return a.wanted === b.wanted;
  return a.path === b.path && a.port === b.port;
}
