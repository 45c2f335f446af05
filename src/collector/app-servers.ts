/**
 * The app's servers, and which server the proxy forwards to: the app's own by its signs, across its
 * restarts.
 */

import type { ServerAddress, ServerSigns } from '../domain/link.js';
import type { AppInfo } from '../domain/trace.js';
import { type AppServer, type PortFacts, scoreOf } from './server-choice.js';

/** What the user has said of the app's server. */
export interface ServerWishes {
  /** Address of --upstream, which is forwarded to whatever listens. */
  upstream?: ServerAddress | undefined;
  /** Ports that the command line names. */
  ports?: number[];
}

/** All servers that listen now, in the order of their start; one of them is the upstream. */
export class AppServers {
  readonly #wished: ServerAddress | undefined;
  readonly #facts: PortFacts;
  /** Servers that refused a request for a page. */
  readonly #refusing = new WeakSet<AppServer>();
  #listening: AppServer[] = [];
  #chosen: AppServer | undefined;
  #doubtIsOver = false;

  constructor({ upstream, ports = [] }: ServerWishes = {}) {
    this.#wished = upstream;
    this.#facts = { named: new Set(ports), printed: new Set(), printedBeside: new Set() };
  }

  /** Address that requests are forwarded to; undefined while that server does not listen. */
  get upstream(): ServerAddress | undefined {
    return this.#wished ?? this.#current?.address;
  }

  /** Whether the upstream looks like a server beside the app's, which may be about to listen. */
  get isDoubtful(): boolean {
    const current = this.#current;
    if (this.#wished !== undefined || current === undefined) return false;
    // What only reloads pages is never the app's, however long its dev server takes to open another.
    if (current.signs.beside === 'reload') return true;
    return !this.#doubtIsOver && this.#scoreOf(current) < 0;
  }

  /** From now on the upstream is not doubted: no other server has come. */
  endDoubt(): void {
    this.#doubtIsOver = true;
  }

  get #current(): AppServer | undefined {
    return this.#listening.find((server) => server === this.#chosen);
  }

  /** All other servers that may be the app's, in the order of their start, each address once. */
  get others(): AppServer[] {
    const upstream = this.upstream;
    const seen: ServerAddress[] = upstream === undefined ? [] : [upstream];
    return this.#listening.filter(({ address, signs }) => {
      if (signs.beside === 'reload') return false;
      if (seen.some((other) => isSameAddress(other, address))) return false;
      seen.push(address);
      return true;
    });
  }

  /** Address of the server whose port was moved off `port`; undefined while it does not listen. */
  movedFrom(port: number): ServerAddress | undefined {
    return this.#listening.find(({ address }) => address.wanted === port)?.address;
  }

  /**
   * Adds a listening server. It becomes the upstream when there has been none, when it is the old
   * upstream after a restart, when no other server is left, or when more speaks for it.
   */
  add(address: ServerAddress, app: AppInfo, signs: ServerSigns = {}): void {
    const server = { address, app, signs };
    const chosen = this.#chosen;
    const isVacant = this.#current === undefined;
    const isReturn = chosen !== undefined && isRestarted(server, chosen);
    const isFirst = chosen === undefined || (isVacant && (isReturn || this.#listening.length === 0));
    if (isFirst || this.#scoreOf(server) > this.#scoreOf(chosen)) this.#chosen = server;
    this.#listening.push(server);
  }

  /** Notes a port that the app has printed. */
  notePrinted(port: number, beside: boolean): void {
    this.#facts[beside ? 'printedBeside' : 'printed'].add(port);
    this.#chooseBest();
  }

  /** Notes that the server at an address has refused a request for a page (426). */
  noteRefusal(address: ServerAddress): void {
    for (const server of this.#listening)
      if (isSameAddress(server.address, address)) this.#refusing.add(server);
    this.#chooseBest();
  }

  #chooseBest(): void {
    let best = this.#current;
    if (best === undefined) return;
    for (const server of this.#listening) if (this.#scoreOf(server) > this.#scoreOf(best)) best = server;
    this.#chosen = best;
  }

  #scoreOf(server: AppServer): number {
    return scoreOf(server, this.#facts) - (this.#refusing.has(server) ? 20 : 0);
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
