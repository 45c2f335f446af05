/** Packed traces and source texts that wait for Redis, bounded in bytes: the oldest are dropped and counted. */

import type { PackedBody } from '../body.js';
import type { StoredSummary } from './redis-keys.js';

/** What waits; a source text comes before the traces that refer to it. */
export type QueuedItem =
  | { id: string; body: PackedBody; summary: StoredSummary; parent?: string; sources: string[] }
  | { hash: string; body: PackedBody };

/** Bytes of all that waits. */
const MAX_BYTES = 32 << 20;
/** Items and bytes of one write. */
const MAX_BATCH = 50;
const MAX_BATCH_BYTES = 1 << 20;
/** What an item takes besides its body. */
const OVERHEAD = 600;

/** Queue of one store. */
export class RedisQueue {
  #items: QueuedItem[] = [];
  #bytes = 0;
  readonly #maxBytes: number;

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#items.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Traces that wait. */
  get traces(): number {
    return this.#items.filter((item) => 'id' in item).length;
  }

  /** Adds items; returns the number of traces that were dropped for them. */
  add(items: QueuedItem[]): number {
    for (const item of items) this.#bytes += sizeOfItem(item);
    this.#items.push(...items);
    let from = 0;
    while (this.#bytes > this.#maxBytes && from < this.#items.length - 1)
      this.#bytes -= sizeOfItem(this.#items[from++]!);
    const dropped = from === 0 ? [] : this.#items.splice(0, from);
    return dropped.filter((item) => 'id' in item).length;
  }

  /** Takes the oldest items, as many as one write has. */
  take(): QueuedItem[] {
    let [count, bytes] = [0, 0];
    while (count < Math.min(MAX_BATCH, this.#items.length) && (count === 0 || bytes < MAX_BATCH_BYTES))
      bytes += sizeOfItem(this.#items[count++]!);
    this.#bytes -= bytes;
    return this.#items.splice(0, count);
  }

  /** Puts items back that were not written; returns the number of traces that were dropped. */
  putBack(items: QueuedItem[]): number {
    const waiting = this.#items;
    this.#items = [];
    this.#bytes = 0;
    return this.add([...items, ...waiting]);
  }
}

function sizeOfItem({ body }: QueuedItem): number {
  return body.length + OVERHEAD;
}
