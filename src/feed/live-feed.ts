/**
 * Feed over the store and a running `scooby run`, which adds replay, recording, restart and
 * explain.
 */

import type { Recording } from '../domain/link.js';
import type { ReplayWish } from '../domain/profile-wish.js';
import type { SourceText } from '../domain/site.js';
import type { Summary, Trace } from '../domain/trace.js';
import type { OutputLog } from '../terminal/output-log.js';
import type {
  ExplainResult,
  Feed,
  FeedStatus,
  ListQuery,
  ListStats,
  MaybePromise,
  ReplayResult,
  RouteRow,
  Sort,
  StoredFeed,
  TrialResult,
} from './feed.js';
import type { LauncherConnection } from './launcher-connection.js';
import { replay } from './replay.js';
import { RunConnection } from './run-connection.js';
import { type WatchAccess, watchRestarts } from './watch.js';
import type { WatchListener } from './watch-listener.js';

/**
 * A feed of a store whose status comes from the run, and from the launcher if it started this browser.
 */
export class LiveFeed implements Feed {
  readonly output?: OutputLog;
  readonly sendInput?: (line: string) => void;
  readonly clear?: () => Promise<number>;
  readonly headlines?: NonNullable<Feed['headlines']>;
  readonly children?: NonNullable<Feed['children']>;
  readonly history?: NonNullable<Feed['history']>;
  readonly #stored: StoredFeed;
  readonly #run: RunConnection;
  readonly #launcher: LauncherConnection | undefined;

  /**
   * `database` is the path beside which runs are found; `launcher` is passed when `scooby run --ui`
   * started this browser; `clear` empties the store, where that can be done.
   */
  constructor(
    stored: StoredFeed,
    database: string,
    launcher?: LauncherConnection,
    clear?: () => Promise<number>,
  ) {
    this.#stored = stored;
    if (clear) {
      this.clear = async () => {
        const removed = await clear();
        stored.forget();
        stored.notifyListeners();
        return removed;
      };
    }
    if (stored.headlines) this.headlines = (ids) => stored.headlines!(ids);
    if (stored.children) this.children = (id) => stored.children!(id);
    if (stored.history) this.history = (key) => stored.history!(key);
    this.#launcher = launcher;
    this.#run = new RunConnection(database, () => stored.notifyListeners());
    if (!launcher) return;
    this.output = launcher.output;
    this.sendInput = (line) => launcher.sendInput(line);
    launcher.subscribe(() => stored.notifyListeners());
  }

  status(): FeedStatus {
    const stored = this.#stored.status();
    const fromLauncher = this.#launcher?.status() ?? {};
    const run = this.#run.status;
    if (!run) return { ...stored, live: false, ...fromLauncher };
    const { record, url, libraries, processes, run: runRecord } = run;
    const app = processes[0] ?? { command: runRecord.command.join(' '), cwd: runRecord.project };
    return {
      ...stored,
      app: { ...app, command: runRecord.command.join(' ') },
      live: true,
      recording: record,
      libraries,
      ...(run.app === 'listening' ? {} : { starting: true }),
      ...(url === undefined ? {} : { url }),
      ...fromLauncher,
    };
  }

  connected(): Promise<void> {
    return this.#run.attempted;
  }

  stats(): MaybePromise<ListStats> {
    return this.#stored.stats();
  }

  count(listQuery: ListQuery): MaybePromise<number> {
    return this.#stored.count(listQuery);
  }

  countNewer(listQuery: ListQuery): MaybePromise<number> {
    return this.#stored.countNewer(listQuery);
  }

  page(listQuery: ListQuery, sort: Sort, offset: number, limit: number): MaybePromise<Summary[]> {
    return this.#stored.page(listQuery, sort, offset, limit);
  }

  position(listQuery: ListQuery, sort: Sort, id: string): MaybePromise<number> {
    return this.#stored.position(listQuery, sort, id);
  }

  routes(listQuery: ListQuery): MaybePromise<RouteRow[]> {
    return this.#stored.routes(listQuery);
  }

  find(id: string): MaybePromise<Trace | undefined> {
    return this.#stored.find(id);
  }

  source(hash: string): MaybePromise<SourceText | undefined> {
    return this.#stored.source(hash);
  }

  subscribe(listener: () => void): () => void {
    return this.#stored.subscribe(listener);
  }

  async replay(trace: Trace, url?: string, wish?: ReplayWish): Promise<ReplayResult> {
    const { control } = this.#run;
    const run = await control.status();
    if (run.url === undefined)
      throw new Error('the proxy does not listen yet: the app listens on no port so far');
    return replay(run.url, run.record, trace, url, wish);
  }

  record(recording: Recording): Promise<void> {
    return this.#run.perform((control) => control.record(recording));
  }

  explain(trace: Trace, span: number): Promise<ExplainResult> {
    return this.#run.control.explain(trace, span);
  }

  pageLink(place?: string): Promise<string> {
    return this.#run.control.pageLink(place);
  }

  tryLoop(trace: Trace, spans: number[], given: Record<string, string> = {}): Promise<TrialResult> {
    return this.#run.control.tryLoop(trace, { spans, given });
  }

  watch(trace: Trace, listener: WatchListener, signal: AbortSignal): Promise<void> {
    const access: WatchAccess = {
      status: async () => this.#run.control.status(),
      send: (request) => this.replay(request),
      find: (id) => this.find(id),
    };
    return watchRestarts(trace, access, listener, signal);
  }

  async restart(): Promise<void> {
    if (this.#launcher && this.status().exit) return this.#launcher.restart();
    return this.#run.perform((control) => control.restart());
  }

  close(): void {
    this.#run.close();
    this.#launcher?.close();
    this.#stored.close();
  }
}
