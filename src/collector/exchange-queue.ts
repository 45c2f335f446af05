/**
 * Exchanges that the proxy has reported, sent to the collector in batches, and kept until it has
 * settled them: a collector that takes over from one that has failed is sent them again.
 */

import type { Exchange, ExchangeEnd } from '../proxy/observer.js';
import type { ExchangeReportItem } from './collector-messages.js';

// A message wakes the collector's thread, which costs the proxy's some 10 µs: a lone request is sent
// at the end of the turn in which it has ended, and under load all of some ms together.
const BATCH_MS = 5;
/** Exchanges that are not settled; more are not recorded. */
const MAX_PENDING = 20_000;
/** Characters of their URLs and headers. */
const MAX_PENDING_SIZE = 32 * 1024 * 1024;

interface PendingExchange {
  start: Exchange;
  end?: ExchangeEnd;
  size: number;
}

/** Queue between the proxy and the collector. */
export class ExchangeQueue {
  readonly #send: (items: ExchangeReportItem[]) => boolean;
  /** Exchanges by id, in the order of their start. */
  #pending = new Map<string, PendingExchange>();
  #size = 0;
  #ended = 0;
  #items: ExchangeReportItem[] = [];
  /** Exchanges that no collector has been sent, because none ran. */
  #unsent = new Set<string>();
  #sentAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #isFlushPlanned = false;
  #refused = 0;

  /** `send` returns whether a collector runs. */
  constructor(send: (items: ExchangeReportItem[]) => boolean) {
    this.#send = send;
  }

  /** Requests whose response has ended, and which are not settled. */
  get behind(): number {
    return this.#ended;
  }

  /** Requests whose response has not ended. */
  get open(): number {
    return this.#pending.size - this.#ended;
  }

  /** Requests that were not recorded, because too many were waiting. */
  get refused(): number {
    return this.#refused;
  }

  /** Reports of all exchanges that are not settled. */
  pending(): ExchangeReportItem[] {
    return [...this.#pending.values()].flatMap(({ start, end }) =>
      end === undefined ? [{ start }] : [{ start }, { end }],
    );
  }

  started(start: Exchange): void {
    if (this.#pending.size >= MAX_PENDING || this.#size >= MAX_PENDING_SIZE) {
      this.#refused++;
      return;
    }
    const size = sizeOfExchange(start);
    this.#size += size;
    this.#pending.set(start.id, { start, size });
    this.#items.push({ start });
    // Calls of a request that goes on for long are read before its end.
    this.#timer ??= setTimeout(() => this.flush(), BATCH_MS);
  }

  ended(end: ExchangeEnd): void {
    const pending = this.#pending.get(end.id);
    if (pending === undefined) return;
    pending.end = end;
    this.#ended++;
    this.#items.push({ end });
    if (this.#isFlushPlanned || performance.now() - this.#sentAt < BATCH_MS) {
      this.#timer ??= setTimeout(() => this.flush(), BATCH_MS);
      return;
    }
    this.#isFlushPlanned = true;
    setImmediate(() => this.flush());
  }

  /** Whether an exchange has ended and is not settled. */
  isUnsettled(id: string): boolean {
    return this.#pending.get(id)?.end !== undefined;
  }

  /** Forgets exchanges whose traces are saved or lost. */
  settle(ids: string[]): void {
    for (const id of ids) {
      const pending = this.#pending.get(id);
      if (pending === undefined) continue;
      this.#pending.delete(id);
      this.#size -= pending.size;
      if (pending.end !== undefined) this.#ended--;
    }
  }

  /** Sends what waits. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isFlushPlanned = false;
    if (this.#items.length === 0) return;
    this.#sentAt = performance.now();
    const items = this.#items;
    this.#items = [];
    if (this.#send(items)) return;
    for (const item of items) if ('start' in item) this.#unsent.add(item.start.id);
  }

  /** Sends all exchanges that are not settled to a new collector. */
  resend(): void {
    for (const item of this.#items) if ('start' in item) this.#unsent.add(item.start.id);
    this.#items = this.pending().map((item) =>
      'end' in item || this.#unsent.has(item.start.id) ? item : { ...item, isResent: true },
    );
    this.#unsent.clear();
    this.flush();
  }

  /** Forgets all exchanges that are not settled; returns their number. */
  clear(): number {
    const lost = this.#pending.size;
    clearTimeout(this.#timer);
    this.#pending.clear();
    this.#items = [];
    this.#ended = this.#size = 0;
    return lost;
  }
}

function sizeOfExchange({ url, headers }: Exchange): number {
  let size = 200 + url.length;
  for (const [name, value] of headers) size += name.length + value.length;
  return size;
}
