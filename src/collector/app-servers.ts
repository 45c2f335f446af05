/** Which of the app's servers the proxy stands in front of: the first one that listened, through all its restarts. */

import type { Address, App } from '../domain/trace.js';

/** A server of the app. */
export interface Listening {
  address: Address;
  app: App;
}

/** The servers that listen now, and the one that was chosen. */
export class Servers {
  #listening: Listening[] = [];
  #chosen: Listening | undefined;

  /** Answers the address that requests go to now. */
  get upstream(): Address | undefined {
    return this.#listening.find((server) => server === this.#chosen)?.address;
  }

  /** Answers the others, in the order in which they began, one for each address. */
  get others(): Listening[] {
    const upstream = this.upstream;
    const seen: Address[] = upstream === undefined ? [] : [upstream];
    return this.#listening.filter(({ address }) => {
      if (seen.some((other) => isSame(other, address))) return false;
      seen.push(address);
      return true;
    });
  }

  /** A server listens: it is chosen when it is the first, the chosen one come back, or all that is left. */
  add(address: Address, app: App): void {
    const server = { address, app };
    const away = this.upstream === undefined;
    const back = this.#chosen !== undefined && isBack(server, this.#chosen);
    if (away && (this.#chosen === undefined || back || this.#listening.length === 0)) this.#chosen = server;
    this.#listening.push(server);
  }

  /** A server stopped listening. */
  remove({ port, path }: Pick<Address, 'port' | 'path'>, app: App): void {
    this.#drop(
      (server) => server.app === app && server.address.port === port && server.address.path === path,
    );
  }

  /** A process ended, and its servers with it. */
  leave(app: App): void {
    this.#drop((server) => server.app === app);
  }

  /** Of a cluster's workers, which share one address, another goes on. */
  #drop(gone: (server: Listening) => boolean): void {
    this.#listening = this.#listening.filter((server) => !gone(server));
    const chosen = this.#chosen;
    if (chosen === undefined || this.upstream !== undefined) return;
    this.#chosen = this.#listening.find(({ address }) => isSame(address, chosen.address)) ?? chosen;
  }
}

/** A restarted server has its old port or, where that was any free one, its old command. */
function isBack(server: Listening, chosen: Listening): boolean {
  return isSame(server.address, chosen.address) || server.app.command === chosen.app.command;
}

function isSame(a: Address, b: Address): boolean {
  if (a.wanted !== undefined || b.wanted !== undefined) return a.wanted === b.wanted;
  return a.path === b.path && a.port === b.port;
}
