/** Puts the run together: the store, the link, the proxy and the app, and takes them apart again when the app has ended. */

import type { AppServers } from '../collector/app-servers.js';
import { Collector } from '../collector/collector.js';
import { serveLink } from '../collector/link-server.js';
import { TraceWriter } from '../collector/trace-writer.js';
import { openControl } from '../control/open.js';
import { escapeToOneLine } from '../domain/text.js';
import type { AppInfo, Recording, ServerAddress, Trace } from '../domain/trace.js';
import { finishTrace, type JudgeOptions as Judging } from '../insight/judge.js';
import { createDataEndpoint } from '../proxy/data-endpoint.js';
import type { ListenOptions } from '../proxy/listen.js';
import { type RunningProxy, startProxy } from '../proxy/server.js';
import { Upstream } from '../proxy/upstream.js';
import { publicTrace } from '../store/json.js';
import type { Store } from '../store/store.js';
import { AppChild } from './child.js';
import { endOrphans, signalOrphans } from './orphans.js';
import type { ChildExit, OutputSink } from './output-sink.js';
import { appEnvironment, makeRunFolder, type RunFolder } from './run-folder.js';

/** How to run an app. */
export interface LaunchOptions {
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
  place: Omit<ListenOptions, 'port'> & { port?: number };
  /** The port to move the app off; 0: whichever it asks for first. */
  takePort?: number;
  /** Where the app is said to listen; found out when missing. */
  upstream?: ServerAddress;
  /** ms that a request waits for the app to listen. */
  wait: number;
  allowHosts?: string[];
  /** What the project has decided on its findings. */
  judging?: Pick<Judging, 'ignore' | 'limits'>;
  /** Has the app's output; without one the app has the terminal. */
  stage?: OutputSink;
}

/** Is told what happens, to say it. */
export interface LaunchListener {
  servers: AppServers;
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
export async function launch(launch: LaunchOptions, audience: LaunchListener): Promise<ChildExit> {
  const { store, record, takePort, agent, project } = launch;
  const keeper = new TraceWriter(store, (message) => audience.warn(message));
  const saveSource = keeper.writeSource.bind(keeper);
  const folder = makeRunFolder(record, takePort);
  const readSoon = () => link.readSoon();
  const collector = new Collector({
    project,
    agent,
    record,
    saveSource,
    finish: (trace, lineOf) => finishTrace(trace, lineOf, launch.judging),
    readSoon,
  });
  const link = await serveLink(folder.run.socket, folder.run.token, collector);
  const fronts = new Fronts(launch, folder, collector, keeper, audience);
  const app = new AppChild(launch.command, appEnvironment(launch.env, agent, folder.path), launch.stage);
  const restartable = {
    get restarting() {
      return app.restarting;
    },
    restart: () => app.restart(() => endOrphans(collector)),
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
      keeper.write(trace);
      if (!late) audience.request(trace);
    });
    const exit = await app.run();
    fronts.end();
    if (app.told !== undefined) await signalOrphans(collector, app.told);
    await collector.waitUntilQuiet(LAST_LINES_MS);
    return exit;
  } finally {
    audience.end();
    control.close();
    await fronts.close();
    link.close();
    collector.finishAll();
    keeper.close();
    folder.remove();
  }
}

function lossOf({ pid, command }: AppInfo): string {
  return `process ${pid} (${escapeToOneLine(command)}): a record of it could not be read; calls may be missing`;
}

/** The proxies: one, or one for each port that was taken over. */
class Fronts {
  /** Is told the proxy's URL, once. */
  located: (url: string) => void = () => {};
  #launch: LaunchOptions;
  #folder: RunFolder;
  #collector: Collector;
  #keeper: TraceWriter;
  #audience: LaunchListener;
  #upstream = new Upstream();
  #upstreams = new Set([this.#upstream]);
  #proxies: Promise<RunningProxy>[] = [];
  #url: string | undefined;

  constructor(
    launch: LaunchOptions,
    folder: RunFolder,
    collector: Collector,
    keeper: TraceWriter,
    audience: LaunchListener,
  ) {
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
  get upstream(): ServerAddress | undefined {
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
      servers.removeProcess(app);
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

  #open(place: ListenOptions, upstream: Upstream): Promise<RunningProxy> {
    const { wait, allowHosts } = this.#launch;
    const answer = createDataEndpoint({ find: (id) => this.#find(id), ...(allowHosts && { allowHosts }) });
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

  async #add(address: ServerAddress, app: AppInfo): Promise<void> {
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
  async #takeOver(address: ServerAddress, port: number): Promise<void> {
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
