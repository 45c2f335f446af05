/**
 * Writer of a shared store: a queue of its own, which no request waits for; one warning when Redis goes,
 * and one when it is back.
 */

import { type Clock, systemClock } from '../clock.js';
import type { Sampling, StoreError } from '../store.js';
import type { RedisClient, RedisCommand } from './redis-client.js';
import { redisError } from './redis-error.js';
import { encodeBody, MAX_LIVE, type RedisKeys, type StoredRun } from './redis-keys.js';
import { type QueuedItem, RedisQueue } from './redis-queue.js';

/** ms until a Redis that has failed is tried again; where it is full, which takes longer. */
const RETRY_MS = 500;
const FULL_RETRY_MS = 10_000;
/** Requests that the index has at most. */
const MAX_INDEXED = 100_000;
/** ms for which the index names requests that have expired: clocks of hosts differ. */
const INDEX_SLACK_MS = 60_000;
/** ms that the end of a run waits for what is queued. */
const CLOSE_MS = 3000;

type QueuedTrace = Extract<QueuedItem, { id: string }>;

export interface RedisWriterOptions {
  client: RedisClient;
  keys: RedisKeys;
  /** ms. */
  ttl: number;
  /** Bytes of all that this writer has stored and that has not expired. */
  maxSize: number;
  run: NonNullable<Sampling['run']> | undefined;
  host: string;
  /** Address for messages, without a password. */
  shown: string;
  warn: (message: string) => void;
  clock?: Clock;
  /** Bytes. */
  maxQueue?: number;
  /** ms; for tests. */
  retryMs?: number;
}

/** Writes queued items in batches, in their order. */
export class RedisWriter {
  readonly #options: RedisWriterOptions;
  readonly #queue: RedisQueue;
  readonly #clock: Clock;
  #state: 'idle' | 'writing' | 'failed' | 'closed' = 'idle';
  #isRunKnown = false;
  #lost = 0;
  #retry: NodeJS.Timeout | undefined;
  #waiting: (() => void)[] = [];
  /** What was written and has not expired, the oldest first. */
  readonly #written = new Map<string, { bytes: number; expires: number }>();
  #writtenBytes = 0;

  constructor(options: RedisWriterOptions) {
    this.#options = options;
    this.#queue = new RedisQueue(options.maxQueue);
    this.#clock = options.clock ?? systemClock;
  }

  /** Connects before there is something to write, so that the user hears at once where that fails. */
  connect(): void {
    if (this.#state === 'idle') void this.#pump();
  }

  write(items: QueuedItem[]): void {
    if (this.#state === 'closed') return;
    this.#lost += this.#queue.add(items);
    if (this.#state === 'idle') void this.#pump();
  }

  /** Resolves once all is written, or Redis has failed: then it is told, and kept in memory. */
  flushed(): Promise<void> {
    if (this.#queue.size === 0 && this.#state !== 'writing') return Promise.resolve();
    if (this.#state === 'failed' || this.#state === 'closed') return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Ends the writer; what is still queued is tried once more, and told as lost after that. */
  async close(): Promise<void> {
    clearTimeout(this.#retry);
    if (this.#state === 'failed') {
      this.#state = 'idle';
      const timer = new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref());
      await Promise.race([this.#pump(), timer]);
    }
    clearTimeout(this.#retry);
    const lost = this.#lost + this.#queue.traces;
    if (lost > 0) this.#options.warn(`${lost} requests were not stored in ${this.#options.shown}`);
    this.#state = 'closed';
    this.#settle();
  }

  async #pump(): Promise<void> {
    this.#state = 'writing';
    let batch: QueuedItem[] = [];
    try {
      await this.#options.client.ready();
      while (this.#queue.size > 0) {
        batch = this.#queue.take();
        await this.#save(batch);
        batch = [];
      }
    } catch (error) {
      this.#lost += this.#queue.putBack(batch);
      return this.#fail(redisError(error, this.#options.shown));
    }
    this.#succeed();
    if (this.#state === 'writing') this.#state = 'idle';
    this.#settle();
  }

  #settle(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #hasWarned = false;

  #fail(error: StoreError): void {
    this.#isRunKnown = false;
    // The end of the run has said what was lost.
    if (this.#state === 'closed') return this.#settle();
    this.#state = 'failed';
    if (!this.#hasWarned)
      this.#options.warn(`${error.message} Requests are kept in memory until it can be written.`);
    this.#hasWarned = true;
    const isFull = /^OOM/.test((error.cause as Error).message);
    const { retryMs = isFull ? FULL_RETRY_MS : RETRY_MS } = this.#options;
    this.#retry = setTimeout(() => void this.#pump(), retryMs).unref();
    this.#settle();
  }

  #succeed(): void {
    if (!this.#hasWarned) return;
    this.#hasWarned = false;
    const outcome = this.#lost === 0 ? 'no request was lost' : `${this.#lost} requests were not stored`;
    this.#options.warn(`${this.#options.shown} can be written again; ${outcome}`);
    this.#lost = 0;
  }

  // Documents come before the index, so that no reader finds an id without a document.
  async #save(batch: QueuedItem[]): Promise<void> {
    const { client, keys, ttl } = this.#options;
    await this.#saveRun();
    const seconds = Math.ceil(ttl / 1000);
    const traces = batch.filter((item) => 'id' in item);
    const sets = batch.flatMap((item): RedisCommand[] =>
      'hash' in item
        ? [['set', keys.source(item.hash), encodeBody(item.body), 'EX', sourceSeconds(ttl)]]
        : [
            ['set', keys.document(item.id), encodeBody(item.body), 'EX', seconds],
            ['set', keys.summary(item.id), JSON.stringify(item.summary), 'EX', seconds],
            ...item.sources.map((hash): RedisCommand => ['expire', keys.source(hash), sourceSeconds(ttl)]),
          ],
    );
    await client.runAll(sets);
    if (traces.length > 0) await client.transact(this.#indexCommands(traces, seconds));
    await this.#dropExcess(traces);
  }

  #indexCommands(traces: QueuedTrace[], seconds: number): RedisCommand[] {
    const { keys, ttl, host } = this.#options;
    const [newest, live] = [keys.index('newest'), keys.index('live')];
    const used = new Set([newest, live, keys.index('runs'), keys.index('number')]);
    const entries = traces.flatMap(({ id, summary, parent }): RedisCommand[] => {
      const { start } = summary.row;
      const lists = [summary.outside ? keys.index('outside') : newest];
      if (parent !== undefined) lists.push(keys.index(`c:${parent}`));
      for (const list of lists) used.add(list);
      return [
        ...lists.map((list): RedisCommand => ['zadd', list, start, id]),
        ['xadd', live, 'MAXLEN', '~', MAX_LIVE, '*', 'id', id, 'host', host],
      ];
    });
    return [
      ...entries,
      ['zremrangebyscore', newest, '-inf', this.#clock.now() - ttl - INDEX_SLACK_MS],
      ['zremrangebyrank', newest, 0, -MAX_INDEXED - 1],
      ...[...used].map((key): RedisCommand => ['expire', key, seconds + INDEX_SLACK_MS / 1000]),
    ];
  }

  /** Another server has not heard of the run, nor has one that was emptied. */
  async #saveRun(): Promise<void> {
    const { client, keys, run, host } = this.#options;
    if (run === undefined || this.#isRunKnown) return;
    const runs = keys.index('runs');
    if ((await client.run<string | null>(['hget', runs, run.key])) === null) {
      const number = await client.run<number>(['incr', keys.index('number')]);
      const { start, command } = run;
      const stored: StoredRun = { number, start, command, host };
      await client.run(['hset', runs, run.key, JSON.stringify(stored)]);
    }
    this.#isRunKnown = true;
  }

  /** Deletes the oldest of this writer's documents while they take more than they may. */
  async #dropExcess(traces: QueuedTrace[]): Promise<void> {
    const { client, keys, maxSize } = this.#options;
    const now = this.#clock.now();
    for (const { id, body, summary } of traces) {
      this.#forget(id);
      this.#written.set(id, { bytes: body.length, expires: summary.expires });
      this.#writtenBytes += body.length;
    }
    const excess: string[] = [];
    for (const [id, { expires }] of this.#written) {
      if (expires > now && this.#writtenBytes <= maxSize) break;
      this.#forget(id);
      if (expires > now) excess.push(id);
    }
    if (excess.length === 0) return;
    await client.run(['zrem', keys.index('newest'), ...excess]);
    await client.runAll(
      excess.flatMap((id) => [keys.summary(id), keys.document(id)]).map((key) => ['unlink', key]),
    );
  }

  #forget(id: string): void {
    this.#writtenBytes -= this.#written.get(id)?.bytes ?? 0;
    this.#written.delete(id);
  }
}

/** Source texts outlive the traces that refer to them. */
function sourceSeconds(ttl: number): number {
  return Math.ceil((ttl * 1.25) / 1000);
}
