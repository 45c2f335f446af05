/** Shared store in Redis: several launchers on several hosts write to it, and any scooby reads it. */

import { hostname } from 'node:os';
import type { RequestLoss, RunLoss } from '../../domain/losses.js';
import type { SourceText } from '../../domain/site.js';
import type { Summary, Trace } from '../../domain/trace.js';
import { hashOf, pack } from '../body.js';
import { type Clock, systemClock } from '../clock.js';
import { packTrace } from '../document.js';
import { summaryOf } from '../filter-match.js';
import { MemoryStore } from '../memory.js';
import type {
  Aggregate,
  AggregateBy,
  RunSummary,
  Sampling,
  Selection,
  Store,
  StoreChanges,
  StoreReader,
} from '../store.js';
import { maskTrace } from './mask.js';
import { RedisClient } from './redis-client.js';
import { redisError } from './redis-error.js';
import { RedisKeys } from './redis-keys.js';
import { RedisReader } from './redis-reader.js';
import { RedisWriter } from './redis-writer.js';
import type { RedisAddress } from './store-url.js';

/** Bytes of the newest requests that the launcher keeps besides, for when Redis is gone. */
const MAX_LOCAL = 32 << 20;
/** ms that one XREAD blocks at most. */
const MAX_BLOCK_MS = 10_000;

/** Options of a shared store. */
export interface RedisStoreOptions extends Sampling {
  address: RedisAddress;
  /** Name of the project that hosts share. */
  project: string;
  /** ms. */
  ttl: number;
  maxSize: number;
  readonly?: boolean;
  /** Stores the values of calls, too. */
  keepsValues?: boolean;
  warn: (message: string) => void;
  clock?: Clock;
  maxQueue?: number;
  retryMs?: number;
  host?: string;
}

/** Store whose writes wait for nothing; reads go to Redis, and to memory where it has failed. */
export class RedisStore implements Store {
  readonly place: string;
  readonly local: MemoryStore;
  readonly #options: RedisStoreOptions;
  readonly #client: RedisClient;
  readonly #reader: RedisReader;
  readonly #writer: RedisWriter;
  readonly #clock: Clock;
  readonly #host: string;
  #order = 0;

  /** Connects. Rejects with a StoreError where a reader cannot; a writer goes on trying, which is told. */
  static async open(options: RedisStoreOptions): Promise<RedisStore> {
    const client = RedisClient.open(options.address);
    const store = new RedisStore(options, client);
    if (!options.readonly) {
      store.#writer.connect();
      return store;
    }
    try {
      await client.ready();
      return store;
    } catch (error) {
      client.close();
      throw redisError(error, options.address.shown);
    }
  }

  private constructor(options: RedisStoreOptions, client: RedisClient) {
    const { address, project, ttl, maxSize, warn, run, clock = systemClock, maxQueue, retryMs } = options;
    const { shown } = address;
    const keys = new RedisKeys(address.project ?? project);
    this.place = shown;
    this.#options = options;
    this.#client = client;
    this.#clock = clock;
    this.#host = options.host ?? hostname();
    this.local = new MemoryStore({ ...options, maxSize: Math.min(maxSize, MAX_LOCAL), clock });
    const openBlocking = () => RedisClient.open(address, MAX_BLOCK_MS);
    this.#reader = new RedisReader({ ...options, client, openBlocking, keys, shown, clock });
    this.#writer = new RedisWriter({
      ...{ client, keys, ttl, maxSize, run, host: this.#host, shown, warn, clock },
      ...(maxQueue !== undefined && { maxQueue }),
      ...(retryMs !== undefined && { retryMs }),
    });
  }

  saveAll(traces: Trace[]): void {
    this.local.saveAll(traces);
    const { keepsValues = false, ttl, run } = this.#options;
    const expires = this.#clock.now() + ttl;
    const items = traces.map((trace) => {
      const { id, parent, outside, sources = {} } = trace;
      const summary = {
        row: summaryOf(trace),
        expires,
        // Of several launchers: the clock, then what this one has saved before.
        order: this.#clock.now() * 1000 + (this.#order++ % 1000),
        host: this.#host,
        ...(run && { run: run.key }),
        ...(outside && { outside: true as const }),
      };
      const body = packTrace(keepsValues ? trace : maskTrace(trace));
      const hashes = Object.values(sources);
      return { id, body, summary, sources: hashes, ...(parent !== undefined && { parent }) };
    });
    this.#writer.write(items);
  }

  readonly #sources = new Map<string, number>();

  saveSource(source: SourceText): string {
    const hash = hashOf(source.text);
    const now = this.#clock.now();
    this.local.saveSource(source);
    // Written again before it may have expired: traces extend what is there only.
    if ((this.#sources.get(hash) ?? 0) > now) return hash;
    this.#sources.set(hash, now + this.#options.ttl / 2);
    this.#writer.write([{ hash, body: pack(JSON.stringify(source)) }]);
    return hash;
  }

  flushed(): Promise<void> {
    return this.#writer.flushed();
  }

  find(id: string): Promise<Trace | undefined> {
    return this.#read((store) => store.find(id));
  }

  source(hash: string): Promise<SourceText | undefined> {
    return this.#read((store) => store.source(hash));
  }

  idsWith(prefix: string, limit: number): Promise<string[]> {
    return this.#read((store) => store.idsWith(prefix, limit));
  }

  recent(selection: Selection, limit: number): Promise<Summary[]> {
    return this.#read((store) => store.recent(selection, limit));
  }

  children(parent: string, limit: number): Promise<Summary[]> {
    return this.#read((store) => store.children(parent, limit));
  }

  outside(limit: number): Promise<Summary[]> {
    return this.#read((store) => store.outside(limit));
  }

  summaries(ids: string[]): Promise<Summary[]> {
    return this.#read((store) => store.summaries(ids));
  }

  changes(since: string | undefined, waitMs: number): Promise<StoreChanges> {
    return this.#reader.changes(since, Math.min(waitMs, MAX_BLOCK_MS));
  }

  aggregates(by: AggregateBy, selection: Selection): Promise<Aggregate[]> {
    return this.#read((store) => store.aggregates(by, selection));
  }

  runs(limit: number): Promise<RunSummary[]> {
    return this.#read((store) => store.runs(limit));
  }

  // Redis keeps none: what it has not taken is told while the run goes on.
  async losses(): Promise<RunLoss[]> {
    return [];
  }

  noteLoss(loss: RequestLoss): void {
    this.local.noteLoss(loss);
  }

  runBytes(runs: number[]): Promise<number[]> {
    return this.#read((store) => store.runBytes(runs));
  }

  remove(runs: number[] | 'all'): Promise<number> {
    return this.#reader.remove(runs);
  }

  finish(): Promise<void> {
    return this.#writer.close();
  }

  close(): void {
    this.#reader.close();
    this.local.close();
  }

  // A writer answers from its own memory while Redis is gone.
  async #read<T>(read: (store: StoreReader) => Promise<T>): Promise<T> {
    if (this.#options.readonly) return read(this.#reader);
    if (!this.#client.isReady) return read(this.local);
    return read(this.#reader).catch(() => read(this.local));
  }
}
