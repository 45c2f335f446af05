/** Proxies of a run: a single proxy, or a proxy for each port that was taken over from the app. */

import type { Collector } from '../collector/collector.js';
import type { TraceWriter } from '../collector/trace-writer.js';
import type { ServerAddress } from '../domain/link.js';
import type { AppInfo } from '../domain/trace.js';
import { createDataEndpoint } from '../proxy/data-endpoint.js';
import type { ListenOptions } from '../proxy/listen.js';
import { type RunningProxy, startProxy } from '../proxy/server.js';
import { Upstream } from '../proxy/upstream.js';
import { publicTrace } from '../store/json.js';
import type { LaunchListener, LaunchOptions } from './launch-options.js';
import type { RunFolder } from './run-folder.js';

/** Parts of a run that its proxies use. */
export interface AppProxiesParts {
  options: LaunchOptions;
  folder: RunFolder;
  collector: Collector;
  traceWriter: TraceWriter;
  listener: LaunchListener;
}

/** Opens proxies as the app's servers listen, and points them at the app. */
export class AppProxies {
  #options: LaunchOptions;
  #folder: RunFolder;
  #collector: Collector;
  #traceWriter: TraceWriter;
  #listener: LaunchListener;
  #onUrl: (url: string) => void = () => {};
  #upstream = new Upstream();
  #upstreams = new Set([this.#upstream]);
  #proxies: Promise<RunningProxy>[] = [];
  #url: string | undefined;

  constructor({ options, folder, collector, traceWriter, listener }: AppProxiesParts) {
    this.#options = options;
    this.#folder = folder;
    this.#collector = collector;
    this.#traceWriter = traceWriter;
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
    this.#collector.on('listen', (address, app) => void this.#add(address, app));
    this.#collector.on('unlisten', (address, app) => {
      servers.remove(address, app);
      this.#updateUpstream();
    });
    this.#collector.on('left', (app) => {
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
    const find = (id: string) => this.#find(id);
    const intercept = createDataEndpoint({
      find,
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

  /** A trace as public JSON. */
  #find(id: string): object | undefined {
    const trace = this.#traceWriter.find(id);
    return trace && publicTrace(trace);
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
