/** The feed over the store, with what a living run can do for the browser. */

import type { Recording } from '../domain/link.js';
import type { Trace } from '../domain/trace.js';
import type { PageReader } from '../store/page-reader.js';
import type { OutputLog } from '../terminal/output-log.js';
import type { ExplainResult, Feed, FeedStatus, ReplayResult } from './feed.js';
import type { LauncherConnection } from './launcher-connection.js';
import { replay } from './replay.js';
import { RunConnection } from './run-connection.js';
import { StoreFeed } from './store-feed.js';

export class LiveFeed extends StoreFeed implements Feed {
  readonly output?: OutputLog;
  readonly tell?: (line: string) => void;
  readonly #link: RunConnection;
  readonly #attachment: LauncherConnection | undefined;

  /** `attachment` is there where the run has started this browser. */
  constructor(reader: PageReader, place: string, attachment?: LauncherConnection) {
    super(reader, place);
    this.#attachment = attachment;
    this.#link = new RunConnection(place, () => this.changed());
    if (!attachment) return;
    this.output = attachment.output;
    this.tell = (line) => attachment.tell(line);
    attachment.subscribe(() => this.changed());
  }

  override status(): FeedStatus {
    const stored = super.status();
    const attached = this.#attachment?.status() ?? {};
    const run = this.#link.status;
    if (!run) return { ...stored, live: false, ...attached };
    const { record, url, libraries, processes, run: note } = run;
    const app = processes[0] ?? { command: note.command.join(' '), cwd: note.project };
    return {
      ...stored,
      app: { ...app, command: note.command.join(' ') },
      live: true,
      recording: record,
      libraries,
      ...(run.app === 'listening' ? {} : { starting: true }),
      ...(url === undefined ? {} : { url }),
      ...attached,
    };
  }

  async replay(trace: Trace, url?: string): Promise<ReplayResult> {
    const { control } = this.#link;
    const run = await control.status();
    if (run.url === undefined)
      throw new Error('the proxy does not listen yet: the app has not said at which port');
    return replay(run.url, run.record, trace, url);
  }

  record(recording: Recording): Promise<void> {
    return this.#link.ask((control) => control.record(recording));
  }

  explain(trace: Trace, span: number): Promise<ExplainResult> {
    return this.#link.control.explain(trace.id, span);
  }

  async restart(): Promise<void> {
    if (this.#attachment && this.status().exit) return this.#attachment.again();
    return this.#link.ask((control) => control.restart());
  }

  override close(): void {
    this.#link.close();
    this.#attachment?.close();
    super.close();
  }
}
