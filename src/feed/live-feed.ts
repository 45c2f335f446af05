/**
 * Feed over the store and a running `scooby run`, which adds replay, recording, restart and
 * explain.
 */

import type { Recording } from '../domain/link.js';
import type { ProfileWish } from '../domain/profile-wish.js';
import type { Trace } from '../domain/trace.js';
import type { PageReader } from '../store/page-reader.js';
import type { OutputLog } from '../terminal/output-log.js';
import type { ExplainResult, Feed, FeedStatus, ReplayResult } from './feed.js';
import type { LauncherConnection } from './launcher-connection.js';
import { replay } from './replay.js';
import { RunConnection } from './run-connection.js';
import { StoreFeed } from './store-feed.js';

/**
 * A store feed whose status comes from the run, and from the launcher if it started this browser.
 */
export class LiveFeed extends StoreFeed implements Feed {
  readonly output?: OutputLog;
  readonly sendInput?: (line: string) => void;
  readonly #run: RunConnection;
  readonly #launcher: LauncherConnection | undefined;

  /** `launcher` is passed when `scooby run --ui` started this browser. */
  constructor(reader: PageReader, place: string, launcher?: LauncherConnection) {
    super(reader, place);
    this.#launcher = launcher;
    this.#run = new RunConnection(place, () => this.notifyListeners());
    if (!launcher) return;
    this.output = launcher.output;
    this.sendInput = (line) => launcher.sendInput(line);
    launcher.subscribe(() => this.notifyListeners());
  }

  override status(): FeedStatus {
    const stored = super.status();
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

  async replay(trace: Trace, url?: string, profile?: ProfileWish): Promise<ReplayResult> {
    const { control } = this.#run;
    const run = await control.status();
    if (run.url === undefined)
      throw new Error('the proxy does not listen yet: the app listens on no port so far');
    return replay(run.url, run.record, trace, url, profile);
  }

  record(recording: Recording): Promise<void> {
    return this.#run.perform((control) => control.record(recording));
  }

  explain(trace: Trace, span: number): Promise<ExplainResult> {
    return this.#run.control.explain(trace.id, span);
  }

  async restart(): Promise<void> {
    if (this.#launcher && this.status().exit) return this.#launcher.restart();
    return this.#run.perform((control) => control.restart());
  }

  override close(): void {
    this.#run.close();
    this.#launcher?.close();
    super.close();
  }
}
