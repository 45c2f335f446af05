/** Proxies of a run: a single proxy, or a proxy for each port that was taken over from the app. */

import type { AppConnections } from '../collector/app-connections.js';
import type { CollectorClient } from '../collector/collector-client.js';
import type { ServerAddress } from '../domain/link.js';
import type { AppInfo } from '../domain/trace.js';
import { createDataEndpoint } from '../proxy/data-endpoint.js';
import type { ListenOptions } from '../proxy/listen.js';
import { type RunningProxy, startProxy } from '../proxy/server.js';
import { Upstream } from '../proxy/upstream.js';
import type { LaunchListener, LaunchOptions } from './launch-options.js';
import type { RunFolder } from './run-folder.js';

/** Parts of a run that its proxies use. */
export interface AppProxiesParts {
  options: LaunchOptions;
  folder: RunFolder;
  connections: AppConnections;
  collector: CollectorClient;
  listener: LaunchListener;
}

/** Opens proxies as the app's servers listen, and points them at the app. */
export class AppProxies {
  #options: LaunchOptions;
  #folder: RunFolder;
  #connections: AppConnections;
  #collector: CollectorClient;
  #listener: LaunchListener;
  #onUrl: (url: string) => void = () => {};
  #upstream = new Upstream();
  #upstreams = new Set([this.#upstream]);
  #proxies: Promise<RunningProxy>[] = [];
  #url: string | undefined;

  constructor({ options, folder, connections, collector, listener }: AppProxiesParts) {
    this.#options = options;
    this.#folder = folder;
    this.#connections = connections;
    this.#collector = collector;
    this.#listener = listener;
  }

  /** URL of the first proxy, once it listens. */
  get url(): string | undefined {
    return this.#url;
  }

  /** The app's current address. */
  get upstream(): ServerAddress | undefined {
    return this.#upstream.address;
  }

  /**
   * Opens the first proxy, or waits for the app's port to open it there. `onUrl` is called once,
   * with its URL. Throws a UserError when its port cannot be bound.
   */
  async start(onUrl: (url: string) => void): Promise<void> {
    this.#onUrl = onUrl;
    const { listenAt, upstream } = this.#options;
    const { port } = listenAt;
    if (port !== undefined) {
      const { url } = await this.#open({ ...listenAt, port }, this.#upstream);
      this.#setUrl(url);
      this.#listener.proxyListening(url);
    }
    this.#upstream.set(upstream);
    const { servers } = this.#listener;
    this.#connections.on('listen', (address, app) => void this.#add(address, app));
    this.#connections.on('unlisten', (address, app) => {
      servers.remove(address, app);
      this.#updateUpstream();
    });
    this.#connections.on('left', (app) => {
      servers.removeProcess(app);
      this.#updateUpstream();
    });
  }

  /** Fails the requests that wait for the app: it has exited and will not be started again. */
  end(): void {
    for (const upstream of this.#upstreams) upstream.end();
  }

  async close(): Promise<void> {
    for (const proxy of await Promise.allSettled(this.#proxies)) {
      if (proxy.status === 'fulfilled') await proxy.value.close();
    }
  }

  #open(listenOptions: ListenOptions, upstream: Upstream): Promise<RunningProxy> {
    const { wait, allowHosts, readToken } = this.#options;
    const intercept = createDataEndpoint({
      find: (id) => this.#collector.find(id),
      ...(allowHosts && { allowHosts }),
      ...(readToken !== undefined && { token: readToken }),
    });
    const { secret } = this.#folder.run;
    this.#upstreams.add(upstream);
    const observer = this.#collector;
    const proxy = startProxy({ ...listenOptions, secret, wait, upstream, observer, intercept });
    this.#proxies.push(proxy);
    return proxy;
  }

  async #add(address: ServerAddress, app: AppInfo): Promise<void> {
    this.#listener.servers.add(address, app);
    this.#updateUpstream();
    const { wanted } = address;
    try {
      if (wanted !== undefined && this.#options.listenAt.port !== wanted)
        await this.#takeOver(address, wanted);
      if (this.#url !== undefined) this.#listener.appListening(this.#url);
    } catch (error) {
      this.#listener.warn((error as Error).message);
    }
  }

  /**
   * Opens a proxy at a port that a process was moved off; processes that start together may each be
   * moved.
   */
  async #takeOver(address: ServerAddress, port: number): Promise<void> {
    const isFirst = this.#url === undefined;
    const upstream = isFirst ? this.#upstream : new Upstream();
    if (isFirst) {
      this.#options.listenAt.port = port;
      this.#folder.update({ takePort: port });
    } else upstream.set(address);
    const { host } = this.#options.listenAt;
    const { url } = await this.#open({ host, port, exactPort: true }, upstream);
    if (isFirst) this.#setUrl(url);
  }

  #setUrl(url: string): void {
    this.#url = url;
    this.#onUrl(url);
  }

  #updateUpstream(): void {
    if (this.#options.upstream !== undefined) return;
    const { upstream } = this.#listener.servers;
    if (this.#upstream.address !== upstream) this.#upstream.set(upstream);
  }
}
