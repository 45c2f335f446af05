/** Watches of the page (`POST /api/watch`): one JSON line for each comparison, until the page goes. */

import type { ServerResponse } from 'node:http';
import type { Feed } from '../../feed/feed.js';
import type { WatchListener } from '../../feed/watch-listener.js';
import type { Verification } from '../../insight/verify/verdicts.js';
import { ArgumentError } from './arguments.js';
import { able, storedTrace } from './feed-calls.js';
import { SAFE_HEADERS } from './page-headers.js';

/** Requests that are watched at once: each is sent to the app after each of its restarts. */
const MAX_WATCHES = 8;

/** What a watch tells, as one line. */
export type WatchLine = { compared: Verification } | { failed: string };

/** Watches of the pages of one feed. */
export class WatchStreams {
  readonly #feed: Feed;
  readonly #open = new Set<AbortController>();

  constructor(feed: Feed) {
    this.#feed = feed;
  }

  /** Watches a request until the response is closed. Rejects with an ArgumentError. */
  async add(id: unknown, res: ServerResponse): Promise<void> {
    const watch = able(this.#feed, 'watch');
    const trace = await storedTrace(this.#feed, id);
    if (this.#open.size >= MAX_WATCHES) throw new ArgumentError('Too many requests are watched at once.');
    // The page may have gone while the request was read; its response says so only once.
    if (res.closed) return;
    const controller = new AbortController();
    this.#open.add(controller);
    res.on('close', () => this.#end(controller));
    res.writeHead(200, { ...SAFE_HEADERS, 'Content-Type': 'application/x-ndjson; charset=utf-8' });
    res.flushHeaders();
    const write = (line: WatchLine) => res.write(`${JSON.stringify(line)}\n`);
    const listener: WatchListener = {
      compared: (compared) => write({ compared }),
      failed: (failed) => write({ failed }),
    };
    await watch(trace, listener, controller.signal);
    res.end();
  }

  #end(controller: AbortController): void {
    this.#open.delete(controller);
    controller.abort();
  }

  close(): void {
    for (const controller of this.#open) controller.abort();
  }
}
