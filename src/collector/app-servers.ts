/** Which of the app's servers the proxy stands in front of: the first one that listened, through all its restarts. */

import type { ServerAddress } from '../domain/link.js';
import type { AppInfo } from '../domain/trace.js';

/** A server of the app. */
export interface AppServer {
  address: ServerAddress;
  app: AppInfo;
}

/** The servers that listen now, and the one that was chosen. */
export class AppServers {
  #listening: AppServer[] = [];
  #chosen: AppServer | undefined;

  /** Answers the address that requests go to now. */
  get upstream(): ServerAddress | undefined {
    return this.#listening.find((server) => server === this.#chosen)?.address;
  }

  /** Answers the others, in the order in which they began, one for each address. */
  get others(): AppServer[] {
    const upstream = this.upstream;
    const seen: ServerAddress[] = upstream === undefined ? [] : [upstream];
    return this.#listening.filter(({ address }) => {
      if (seen.some((other) => isSame(other, address))) return false;
      seen.push(address);
      return true;
    });
  }

  /** A server listens: it is chosen when it is the first, the chosen one come back, or all that is left. */
  add(address: ServerAddress, app: AppInfo): void {
    const server = { address, app };
    const away = this.upstream === undefined;
    const back = this.#chosen !== undefined && isBack(server, this.#chosen);
    if (away && (this.#chosen === undefined || back || this.#listening.length === 0)) this.#chosen = server;
    this.#listening.push(server);
  }

  /** A server stopped listening. */
  remove({ port, path }: Pick<ServerAddress, 'port' | 'path'>, app: AppInfo): void {
    this.#drop(
      (server) => server.app === app && server.address.port === port && server.address.path === path,
    );
  }

  /** A process ended, and its servers with it. */
  leave(app: AppInfo): void {
    this.#drop((server) => server.app === app);
  }

  /** Of a cluster's workers, which share one address, another goes on. */
  #drop(gone: (server: AppServer) => boolean): void {
    this.#listening = this.#listening.filter((server) => !gone(server));
    const chosen = this.#chosen;
    if (chosen === undefined || this.upstream !== undefined) return;
    this.#chosen = this.#listening.find(({ address }) => isSame(address, chosen.address)) ?? chosen;
  }
}

/** A restarted server has its old port or, where that was any free one, its old command. */
function isBack(server: AppServer, chosen: AppServer): boolean {
  return isSame(server.address, chosen.address) || server.app.command === chosen.app.command;
}

function isSame(a: ServerAddress, b: ServerAddress): boolean {
  if (a.wanted !== undefined || b.wanted !== undefined) return a.wanted === b.wanted;
  return a.path === b.path && a.port === b.port;
}
