/** Puts the run together: the store, the link, the proxy and the app, and takes them apart again when the app has ended. */

import type { Servers } from '../collector/app-servers.js';
import { Collector } from '../collector/collector.js';
import { receive } from '../collector/link-server.js';
import { Keeper } from '../collector/trace-writer.js';
import { openControl } from '../control/open.js';
import { oneLine } from '../domain/text.js';
import type { Address, App, Recording, Trace } from '../domain/trace.js';
import { finish, type Config as Judging } from '../insight/judge.js';
import { endpoint } from '../proxy/data-endpoint.js';
import type { Place } from '../proxy/listen.js';
import { type RunningProxy, startProxy } from '../proxy/server.js';
import { Upstream } from '../proxy/upstream.js';
import { publicTrace } from '../store/json.js';
import type { Store } from '../store/store.js';
import { AppCommand } from './child.js';
import { endLeftovers, signalLeftovers } from './orphans.js';
import type { Exit, Stage } from './output-sink.js';
import { environment, makeRunFolder, type RunFolder } from './run-folder.js';

/** How to run an app. */
export interface Launch {
  command: string[];
  env: NodeJS.ProcessEnv;
  /** The folder that files are relative to. */
  project: string;
  /** The agent's own file. */
  agent: string;
  record: Recording;
  store: Store;
  /** The database's file, beside which other terminals find this run. */
  database: string;
  /** Where the proxy listens; without `port` it takes the port that the app asks for. */
  place: Omit<Place, 'port'> & { port?: number };
  /** The port to move the app off; 0: whichever it asks for first. */
  takePort?: number;
  /** Where the app is said to listen; found out when missing. */
  upstream?: Address;
  /** ms that a request waits for the app to listen. */
  wait: number;
  allowHosts?: string[];
  /** What the project has decided on its findings. */
  judging?: Pick<Judging, 'ignore' | 'limits'>;
  /** Has the app's output; without one the app has the terminal. */
  stage?: Stage;
}

/** Is told what happens, to say it. */
export interface Audience {
  servers: Servers;
  waiting(url: string): void;
  listening(url: string): void;
  library(library: { name: string; version: string; trouble?: string }): void;
  request(trace: Trace): void;
  warn(message: string): void;
  /** Something was done that another terminal has asked for. */
  note(message: string): void;
  end(): void;
}

// What was sent before the end is read in no time; a process that outlives the command is not waited for.
const LAST_LINES_MS = 1000;

/** Runs the app until it ends and answers how; throws a UserError where the proxy cannot listen. */
export async function launch(launch: Launch, audience: Audience): Promise<Exit> {
  const { store, record, takePort, agent, project } = launch;
  const keeper = new Keeper(store, (message) => audience.warn(message));
  const keepSource = keeper.keepSource.bind(keeper);
  const folder = makeRunFolder(record, takePort);
  const look = () => link.look();
  const collector = new Collector({
    project,
    agent,
    record,
    keepSource,
    finish: (trace, lineOf) => finish(trace, lineOf, launch.judging),
    look,
  });
  const link = await receive(folder.run.socket, folder.run.token, collector);
  const fronts = new Fronts(launch, folder, collector, keeper, audience);
  const app = new AppCommand(launch.command, environment(launch.env, agent, folder.path), launch.stage);
  const restartable = {
    get restarting() {
      return app.restarting;
    },
    restart: () => app.restart(() => endLeftovers(collector)),
  };
  const control = await openControl({
    launch,
    folder,
    collector,
    fronts,
    keeper,
    app: restartable,
    audience,
  });
  try {
    fronts.located = control.located;
    await fronts.start();
    collector.on('library', (library) => audience.library(library));
    collector.on('lost', (app) => audience.warn(lossOf(app)));
    collector.on('trace', (trace, late) => {
      keeper.keep(trace);
      if (!late) audience.request(trace);
    });
    const exit = await app.run();
    fronts.end();
    if (app.told !== undefined) await signalLeftovers(collector, app.told);
    await collector.quiet(LAST_LINES_MS);
    return exit;
  } finally {
    audience.end();
    control.close();
    await fronts.close();
    link.close();
    collector.end();
    keeper.close();
    folder.remove();
  }
}

function lossOf({ pid, command }: App): string {
  return `process ${pid} (${oneLine(command)}): a record of it could not be read; calls may be missing`;
}

/** The proxies: one, or one for each port that was taken over. */
class Fronts {
  /** Is told the proxy's URL, once. */
  located: (url: string) => void = () => {};
  #launch: Launch;
  #folder: RunFolder;
  #collector: Collector;
  #keeper: Keeper;
  #audience: Audience;
  #upstream = new Upstream();
  #upstreams = new Set([this.#upstream]);
  #proxies: Promise<RunningProxy>[] = [];
  #url: string | undefined;

  constructor(launch: Launch, folder: RunFolder, collector: Collector, keeper: Keeper, audience: Audience) {
    this.#launch = launch;
    this.#folder = folder;
    this.#collector = collector;
    this.#keeper = keeper;
    this.#audience = audience;
  }

  /** Where the proxy listens, once it does. */
  get url(): string | undefined {
    return this.#url;
  }

  /** Where requests go now. */
  get upstream(): Address | undefined {
    return this.#upstream.address;
  }

  async start(): Promise<void> {
    const { place, upstream } = this.#launch;
    const { port } = place;
    if (port !== undefined) {
      const { url } = await this.#open({ ...place, port }, this.#upstream);
      this.#locate(url);
      this.#audience.waiting(url);
    }
    this.#upstream.set(upstream);
    const { servers } = this.#audience;
    this.#collector.on('listen', (address, app) => void this.#add(address, app));
    this.#collector.on('unlisten', (address, app) => {
      servers.remove(address, app);
      this.#follow();
    });
    this.#collector.on('left', (app) => {
      servers.leave(app);
      this.#follow();
    });
  }

  /** The app has ended: nobody waits for it any more. */
  end(): void {
    for (const upstream of this.#upstreams) upstream.end();
  }

  async close(): Promise<void> {
    for (const proxy of await Promise.allSettled(this.#proxies)) {
      if (proxy.status === 'fulfilled') await proxy.value.close();
    }
  }

  #open(place: Place, upstream: Upstream): Promise<RunningProxy> {
    const { wait, allowHosts } = this.#launch;
    const answer = endpoint({ find: (id) => this.#find(id), ...(allowHosts && { allowHosts }) });
    const { secret } = this.#folder.run;
    this.#upstreams.add(upstream);
    const proxy = startProxy({ ...place, secret, wait, upstream, watcher: this.#collector, answer });
    this.#proxies.push(proxy);
    return proxy;
  }

  /** What has been told on the screen can be asked for, even when it has not been kept yet. */
  #find(id: string): object | undefined {
    this.#keeper.flush();
    const trace = this.#launch.store.find(id);
    return trace && publicTrace(trace);
  }

  async #add(address: Address, app: App): Promise<void> {
    const { servers } = this.#audience;
    servers.add(address, app);
    this.#follow();
    const { wanted } = address;
    try {
      if (wanted !== undefined && this.#launch.place.port !== wanted) await this.#takeOver(address, wanted);
      if (this.#url !== undefined) this.#audience.listening(this.#url);
    } catch (error) {
      this.#audience.warn((error as Error).message);
    }
  }

  /** Of several processes that start together each may have been moved: each has its port served. */
  async #takeOver(address: Address, port: number): Promise<void> {
    const first = this.#url === undefined;
    const upstream = first ? this.#upstream : new Upstream();
    if (first) {
      this.#launch.place.port = port;
      this.#folder.update({ takePort: port });
    } else upstream.set(address);
    const { host } = this.#launch.place;
    const { url } = await this.#open({ host, port, exactPort: true }, upstream);
    if (first) this.#locate(url);
  }

  #locate(url: string): void {
    this.#url = url;
    this.located(url);
  }

  #follow(): void {
    if (this.#launch.upstream !== undefined) return;
    const { upstream } = this.#audience.servers;
    if (this.#upstream.address !== upstream) this.#upstream.set(upstream);
  }
}
