/** Events of the page (`GET /events`): that something changed, and how the run stands; never what changed. */

import type { ServerResponse } from 'node:http';
import type { Feed } from '../../feed/feed.js';
import { pageCapabilities } from './feed-calls.js';

/** Pages that are told of changes at once. */
export const MAX_LISTENERS = 24;
/** ms between two events: thousands of changes a second are one. */
const TICK_MS = 100;
/** ms between two signs of life, by which either end notices that the other is gone. */
const BEAT_MS = 15_000;
/** Bytes that a page has not read yet, from which on it is told nothing more until it has. */
const MAX_UNREAD_BYTES = 64 * 1024;
/** Signs of life after which a page that still has not read is disconnected. */
const MAX_SILENT_BEATS = 4;

interface Listener {
  res: ServerResponse;
  /** Status as last sent, and the number of the last change. */
  status: string;
  sent: number;
  silentBeats: number;
}

/** Tells the pages of one feed of its changes. */
export class ChangeEvents {
  readonly #feed: Feed;
  readonly #listeners = new Set<Listener>();
  readonly #unsubscribe: () => void;
  readonly #beat: NodeJS.Timeout;
  #tick: NodeJS.Timeout | undefined;
  /** Number of the last change; it is the event's id. */
  #changes = 0;

  constructor(feed: Feed) {
    this.#feed = feed;
    this.#unsubscribe = feed.subscribe(() => {
      this.#changes++;
      this.#tick ??= setTimeout(() => this.#send(), TICK_MS);
    });
    this.#beat = setInterval(() => this.#sendBeats(), BEAT_MS).unref();
  }

  /** Whether there is room for another page. */
  get hasRoom(): boolean {
    return this.#listeners.size < MAX_LISTENERS;
  }

  /** Sends events to a page until it closes; `lastId` is the last event that it has seen. */
  add(res: ServerResponse, lastId: string | undefined): void {
    const listener: Listener = {
      res,
      status: '',
      sent: lastId === undefined ? this.#changes : -1,
      silentBeats: 0,
    };
    this.#listeners.add(listener);
    res.on('close', () => this.#listeners.delete(listener));
    res.on('error', () => res.destroy());
    // What it has missed: another change may not come for long.
    res.on('drain', () => this.#sendTo(listener));
    res.write(event('hello', JSON.stringify({ capabilities: pageCapabilities(this.#feed) })));
    this.#sendTo(listener);
  }

  #send(): void {
    this.#tick = undefined;
    for (const listener of this.#listeners) this.#sendTo(listener);
  }

  #sendTo(listener: Listener): void {
    const { res } = listener;
    // What it misses now, it is told once it has read.
    if (res.writableLength > MAX_UNREAD_BYTES) return;
    const status = JSON.stringify(this.#feed.status());
    if (status !== listener.status) res.write(event('status', status));
    listener.status = status;
    if (listener.sent === this.#changes) return;
    listener.sent = this.#changes;
    res.write(event('change', '{}', this.#changes));
  }

  #sendBeats(): void {
    for (const listener of this.#listeners) {
      const { res } = listener;
      listener.silentBeats = res.writableLength > MAX_UNREAD_BYTES ? listener.silentBeats + 1 : 0;
      if (listener.silentBeats >= MAX_SILENT_BEATS) res.destroy();
      else res.write(': \n\n');
    }
  }

  close(): void {
    this.#unsubscribe();
    clearTimeout(this.#tick);
    clearInterval(this.#beat);
    for (const { res } of this.#listeners) res.end();
  }
}

function event(name: string, data: string, id?: number): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${data}\n\n`;
}
