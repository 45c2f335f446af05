/** The feed over the store, with what a living run can do for the browser. */

import type { Recording, Trace } from '../domain/trace.js';
import type { Reader } from '../store/page-reader.js';
import type { OutputLog } from '../terminal/output-log.js';
import type { Explained, Feed, Replayed, Status } from './feed.js';
import type { Attachment } from './launcher-connection.js';
import { replay } from './replay.js';
import { RunLink } from './run-connection.js';
import { StoreFeed } from './store-feed.js';

export class LiveFeed extends StoreFeed implements Feed {
  readonly output?: OutputLog;
  readonly tell?: (line: string) => void;
  readonly #link: RunLink;
  readonly #attachment: Attachment | undefined;

  /** `attachment` is there where the run has started this browser. */
  constructor(reader: Reader, place: string, attachment?: Attachment) {
    super(reader, place);
    this.#attachment = attachment;
    this.#link = new RunLink(place, () => this.changed());
    if (!attachment) return;
    this.output = attachment.output;
    this.tell = (line) => attachment.tell(line);
    attachment.subscribe(() => this.changed());
  }

  override status(): Status {
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

  async replay(trace: Trace, url?: string): Promise<Replayed> {
    const { control } = this.#link;
    const run = await control.status();
    if (run.url === undefined)
      throw new Error('the proxy does not listen yet: the app has not said at which port');
    return replay(run.url, run.record, trace, url);
  }

  record(recording: Recording): Promise<void> {
    return this.#link.ask((control) => control.record(recording));
  }

  explain(trace: Trace, span: number): Promise<Explained> {
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
