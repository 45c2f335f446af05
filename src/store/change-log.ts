/** Ids of the traces that a store in this process has saved last, for readers that follow it. */

import { EventEmitter, once } from 'node:events';
import type { StoreChanges } from './store.js';

/** Ids that are remembered: a reader that is further behind reads the store anew. */
const MAX_IDS = 1000;

/** Log of saves; a mark is the number of ids before it. */
export class ChangeLog {
  readonly #events = new EventEmitter().setMaxListeners(0);
  #ids: string[] = [];
  #count = 0;

  add(ids: string[]): void {
    this.#ids.push(...ids);
    this.#count += ids.length;
    if (this.#ids.length > 2 * MAX_IDS) this.#ids = this.#ids.slice(-MAX_IDS);
    this.#events.emit('saved');
  }

  /** As StoreReader.changes; a wait keeps no process alive. */
  async since(since: string | undefined, waitMs: number): Promise<StoreChanges> {
    const from = since === undefined ? this.#count : Number(since);
    if (since !== undefined && from === this.#count)
      await once(this.#events, 'saved', { signal: AbortSignal.timeout(waitMs) }).catch(() => {});
    const mark = `${this.#count}`;
    const missing = this.#count - from;
    return missing >= 0 && missing <= this.#ids.length
      ? { mark, ids: missing === 0 ? [] : this.#ids.slice(-missing) }
      : { mark };
  }
}
