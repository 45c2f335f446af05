/** Proxies of a run: a single proxy, or a proxy for each port that was taken over from the app. */

import type { AppConnections } from '../collector/app-connections.js';
import type { CollectorClient } from '../collector/collector-client.js';
import type { ServerAddress, ServerSigns } from '../domain/link.js';
import { escapeToOneLine } from '../domain/text.js';
import type { AppInfo } from '../domain/trace.js';
import { createBadgeEndpoint } from '../proxy/badge/badge-endpoint.js';
import { createDataEndpoint } from '../proxy/data-endpoint.js';
import { exhaustedText } from '../proxy/error-pages.js';
import type { ListenOptions } from '../proxy/listen.js';
import type { OriginRefusal } from '../proxy/origin-refusal.js';
import { createPageRedirect } from '../proxy/page-redirect.js';
import { type ProxyOptions, type RunningProxy, startProxy } from '../proxy/server.js';
import { Upstream } from '../proxy/upstream.js';
import type { LaunchListener, LaunchOptions } from './launch-options.js';
import { ProxyCertificates } from './proxy-certificate.js';
import type { RunFolder } from './run-folder.js';

/** Parts of a run that its proxies use. */
export interface AppProxiesParts {
  options: LaunchOptions;
  folder: RunFolder;
  connections: AppConnections;
  collector: CollectorClient;
  listener: LaunchListener;
}

/**
 * ms that a server which looks like one beside the app's has to itself, before requests go to it for
 * want of another.
 */
const DOUBT_MS = 2000;
const NOTHING_TO_TAKE =
  'the app listens on a socket or on a port of the system’s choice, which cannot be taken; use --port instead of --take-port';

/** Opens proxies as the app's servers listen, and points them at the app. */
export class AppProxies {
  #options: LaunchOptions;
  #folder: RunFolder;
  #connections: AppConnections;
  #certificates: ProxyCertificates;
  #collector: CollectorClient;
  #listener: LaunchListener;
  #onUrl: (url: string) => void = () => {};
  #upstream = new Upstream((address) => {
    this.#listener.servers.noteRefusal(address);
    this.#update();
  });
  /** Upstreams of the ports that were taken from the app, each with a proxy of its own. */
  #taken = new Map<number, Upstream>();
  #urls = new Map<number, string>();
  #proxies: Promise<RunningProxy>[] = [];
  #url: string | undefined;
  #doubtTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor({ options, folder, connections, collector, listener }: AppProxiesParts) {
    this.#options = options;
    this.#folder = folder;
    this.#connections = connections;
    this.#certificates = new ProxyCertificates(connections);
    this.#collector = collector;
    this.#listener = listener;
  }

  /** URL of the proxy before the app's own server, once it listens. */
  get url(): string | undefined {
    return this.#url;
  }

  /** The app's current address. */
  get upstream(): ServerAddress | undefined {
    return this.#listener.servers.upstream;
  }

  /**
   * Opens the first proxy, or waits for the app's ports to open it there. `onUrl` is called with the
   * URL of the app's own server. Throws a UserError when its port cannot be bound.
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
    // An app at --upstream may have no agent to say that it listens.
    if (upstream !== undefined) this.#doubtTimer = setTimeout(() => this.#update(), DOUBT_MS).unref();
    const { servers } = this.#listener;
    this.#connections.on('listen', (address, app, signs) => void this.add(address, app, signs));
    this.#connections.on('printed', ({ port, beside }) => {
      servers.notePrinted(port, beside === true);
      this.#update();
    });
    this.#connections.on('unlisten', (address, app) => {
      servers.remove(address, app);
      this.#update();
    });
    this.#connections.on('left', (app) => this.removeProcess(app));
  }

  /** Fails the requests that wait for the app: it has exited and will not be started again. */
  end(): void {
    for (const upstream of [this.#upstream, ...this.#taken.values()]) upstream.end();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#doubtTimer);
    for (const proxy of await Promise.allSettled(this.#proxies)) {
      if (proxy.status === 'fulfilled') await proxy.value.close();
    }
  }

  /** Adds a server that listens; a port that it was moved off gets a proxy. */
  async add(address: ServerAddress, app: AppInfo, signs: ServerSigns = {}): Promise<void> {
    this.#listener.servers.add(address, app, signs);
    this.#update();
    const { wanted } = address;
    try {
      if (wanted !== undefined && this.#options.listenAt.port !== wanted) await this.#takeOver(wanted);
      this.#update();
    } catch (error) {
      this.#listener.warn((error as Error).message);
    }
  }

  /** Adds a server whose process has no agent: any other is preferred to it. */
  addUnseen(port: number, app: AppInfo): void {
    this.#listener.servers.add({ protocol: 'http', port }, app, { beside: 'unseen' });
    this.#listener.servers.endDoubt();
    this.#update();
  }

  /** Removes the servers of a process that has exited. */
  removeProcess(app: AppInfo): void {
    this.#listener.servers.removeProcess(app);
    this.#update();
  }

  #open(listenOptions: ListenOptions, upstream: Upstream): Promise<RunningProxy> {
    const { wait, allowHosts, readToken, badge, page } = this.#options;
    const serveData = createDataEndpoint({
      find: (id) => this.#collector.find(id),
      findOutline: (id) => this.#collector.findOutline(id),
      ...(allowHosts && { allowHosts }),
      ...(readToken !== undefined && { token: readToken }),
    });
    const serveBadge = badge === undefined ? undefined : createBadgeEndpoint(badge);
    const redirect = page && createPageRedirect(page.url);
    const intercept: ProxyOptions['intercept'] = (req, res) =>
      serveData(req, res) || serveBadge?.(req, res) === true || redirect?.(req, res) === true;
    const { secret } = this.#folder.run;
    const observer = this.#collector;
    const onOriginRefused = this.#adviseToTakePort();
    const proxy = startProxy({
      ...listenOptions,
      ...{ secret, wait, upstream, observer, intercept, badge: badge !== undefined },
      isTraceParent: this.#options.isTraceParent,
      ...(onOriginRefused && { onOriginRefused }),
      onExhausted: (code) => this.#listener.warn(`${exhaustedText(code)}; requests are refused meanwhile`),
      identity: () => this.#certificates.of(upstream.address),
    });
    this.#proxies.push(proxy);
    return proxy;
  }

  /** Says, once, that an app which compares origins works with --take-port; undefined where it is set. */
  #adviseToTakePort(): ((refusal: OriginRefusal) => void) | undefined {
    if (this.#options.takePort !== undefined) return undefined;
    let hasAdvised = false;
    return (refusal) => {
      if (!hasAdvised) this.#listener.warn(originAdvice(refusal));
      hasAdvised = true;
    };
  }

  /** Opens a proxy at a port that processes were moved off, once, before the server behind it; none after `close`. */
  async #takeOver(port: number): Promise<void> {
    if (this.#isClosed || this.#taken.has(port)) return;
    const upstream = new Upstream();
    this.#taken.set(port, upstream);
    this.#update();
    const { host } = this.#options.listenAt;
    const { url } = await this.#open({ host, port, exactPort: true }, upstream);
    this.#urls.set(port, url);
  }

  #setUrl(url: string): void {
    if (this.#url === url) return;
    this.#url = url;
    this.#onUrl(url);
  }

  /** Points each proxy at its server, and tells where the app's own is reached. */
  #update(): void {
    for (const [port, upstream] of this.#taken) follow(upstream, this.#listener.servers.movedFrom(port));
    if (this.#options.upstream === undefined) follow(this.#upstream, this.#trustedUpstream());
    const address = this.upstream;
    const url = address?.wanted === undefined ? undefined : this.#urls.get(address.wanted);
    if (url !== undefined) this.#setUrl(url);
    if (!this.#isSettled()) return;
    if (this.#url !== undefined) this.#listener.appListening(this.#url);
    else if (address !== undefined && address.wanted === undefined) this.#listener.warn(NOTHING_TO_TAKE);
  }

  #isSettled(): boolean {
    const { servers } = this.#listener;
    return servers.upstream !== undefined && !servers.isDoubtful;
  }

  /** Address of the app's own server; of a doubtful one only when no other has come for a while. */
  #trustedUpstream(): ServerAddress | undefined {
    const { servers } = this.#listener;
    if (!servers.isDoubtful) return servers.upstream;
    this.#doubtTimer ??= setTimeout(() => {
      servers.endDoubt();
      this.#update();
    }, DOUBT_MS).unref();
    return undefined;
  }
}

function follow(upstream: Upstream, address: ServerAddress | undefined): void {
  if (upstream.address !== address) upstream.set(address);
}

function originAdvice({ method, path, status, text, origin }: OriginRefusal): string {
  const answer = text === '' ? `${status}` : `${status} “${escapeToOneLine(text)}”`;
  const reason = text === '' ? 'perhaps because it expects' : 'it expects';
  return `the app has refused ${method} ${escapeToOneLine(path)} (${answer}): ${reason} the origin of its own URL, not ${escapeToOneLine(origin)}; run with --take-port, and the URL stays its own`;
}
