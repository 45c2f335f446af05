/** Client of a Redis, behind sentinels or in a cluster: commands by name, many at once. */

import { Cluster, Redis } from 'ioredis-bundled';
import { isFinal } from './redis-error.js';
import type { RedisAddress } from './store-url.js';

/** ms of waiting for an answer, and for a connection. */
const COMMAND_MS = 2000;
const CONNECT_MS = 3000;
/** ms between two attempts to connect. */
const MIN_RETRY_MS = 100;
const MAX_RETRY_MS = 2000;

/** Keys that one step of a scan looks at: Redis does nothing else meanwhile. */
const SCAN_COUNT = 500;

export type RedisCommand = [name: string, ...args: (string | number | Buffer)[]];

/** A connection that is made again when it is lost; commands reject at once while there is none. */
export class RedisClient {
  readonly #client: Redis | Cluster;
  readonly #isCluster: boolean;

  /** Connects, and goes on trying where there is no server yet. */
  static open(address: RedisAddress, blockMs = 0): RedisClient {
    const options = { ...optionsOf(address), commandTimeout: COMMAND_MS + blockMs };
    const isCluster = address.kind === 'cluster';
    const client = isCluster
      ? new Cluster(address.hosts, clusterOptions(options))
      : new Redis({ ...options, ...placeOf(address) });
    // Each attempt that fails emits one; commands reject with the reason.
    client.on('error', () => {});
    return new RedisClient(client, isCluster);
  }

  private constructor(client: Redis | Cluster, isCluster: boolean) {
    this.#client = client;
    this.#isCluster = isCluster;
  }

  get isReady(): boolean {
    return this.#client.status === 'ready';
  }

  /** Resolves once it is connected. Rejects after 3 s, with the reason. */
  async ready(): Promise<void> {
    if (this.isReady) return;
    await new Promise<void>((resolve, reject) => {
      let reason: Error | undefined;
      const settle = (error?: Error) => {
        clearTimeout(timer);
        this.#client.off('ready', settle).off('error', note);
        if (error) reject(error);
        else resolve();
      };
      const note = (error: Error) => {
        reason = error;
        if (isFinal(error)) settle(error);
      };
      const timer = setTimeout(() => settle(reason ?? new Error('it does not answer')), CONNECT_MS);
      this.#client.once('ready', settle).on('error', note);
    });
  }

  /** Answer of one command; texts as Buffers with `asBuffer`. */
  run<T>([name, ...args]: RedisCommand, asBuffer = false): Promise<T> {
    const call = asBuffer ? this.#client.callBuffer : this.#client.call;
    return call.call(this.#client, name, ...args) as Promise<T>;
  }

  /** Answers of commands on any keys. Rejects with the first error, once all are settled. */
  async runAll<T>(commands: RedisCommand[], asBuffer = false): Promise<T[]> {
    if (this.#isCluster)
      return firstError(await Promise.allSettled(commands.map((each) => this.run<T>(each, asBuffer))));
    const pipeline = (this.#client as Redis).pipeline();
    for (const [name, ...args] of commands) {
      if (asBuffer) pipeline.callBuffer(name, ...args);
      else pipeline.call(name, ...args);
    }
    return resultsOf(await pipeline.exec());
  }

  /** The same in one transaction; in a cluster all keys have one slot. */
  async transact(commands: RedisCommand[]): Promise<unknown[]> {
    const multi = this.#client.multi();
    for (const [name, ...args] of commands) multi.call(name, ...args);
    return resultsOf(await multi.exec());
  }

  /** Values of string keys, in any slots. */
  async get<T extends string | Buffer>(keys: string[], asBuffer = false): Promise<(T | null)[]> {
    if (keys.length === 0) return [];
    if (!this.#isCluster) return this.run(['mget', ...keys], asBuffer);
    return this.runAll(
      keys.map((key) => ['get', key]),
      asBuffer,
    );
  }

  /** Passes all keys that begin with a prefix to `work`, some at a time, of each master of a cluster. */
  async scan(prefix: string, work: (keys: string[]) => Promise<unknown>): Promise<void> {
    const nodes = this.#isCluster ? (this.#client as Cluster).nodes('master') : [this.#client as Redis];
    const pattern = `${prefix.replace(/[\\*?[\]]/g, '\\$&')}*`;
    for (const node of nodes) {
      let cursor = '0';
      do {
        const [next, keys] = (await node.call('scan', cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT)) as [
          string,
          string[],
        ];
        if (keys.length > 0) await work(keys);
        cursor = next;
      } while (cursor !== '0');
    }
  }

  close(): void {
    this.#client.disconnect();
  }
}

function optionsOf({ username, password, db, tls }: RedisAddress) {
  return {
    ...(username && { username }),
    ...(password && { password }),
    ...(tls && { tls }),
    db,
    // RESP3 is not needed, and proxies that do not know HELLO refuse it.
    protocol: 2 as const,
    // The store has a queue of its own, with a bound.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_MS,
    enableAutoPipelining: false,
    connectionName: 'scooby',
    retryStrategy: retryMs,
    // A promoted replica, or one that was the master: another connection finds the new one.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  };
}

function retryMs(times: number): number {
  return Math.min(MAX_RETRY_MS, MIN_RETRY_MS * times);
}

function placeOf({ kind, hosts, name, sentinelPassword, tls }: RedisAddress) {
  if (kind === 'single') return hosts[0]!;
  return {
    sentinels: hosts,
    name: name!,
    role: 'master' as const,
    sentinelRetryStrategy: retryMs,
    ...(sentinelPassword && { sentinelPassword }),
    ...(tls && { enableTLSForSentinelMode: true, sentinelTLS: tls }),
  };
}

function clusterOptions({
  db: _,
  retryStrategy: __,
  ...redisOptions
}: ReturnType<typeof optionsOf> & object) {
  return {
    redisOptions,
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    // The default of a second is too short for slow links (ioredis #1003).
    slotsRefreshTimeout: 5000,
    clusterRetryStrategy: retryMs,
    // Otherwise ElastiCache's names are resolved, which its certificate does not have (ioredis #754).
    dnsLookup: (address: string, done: (error: null, address: string) => void) => done(null, address),
  };
}

function firstError<T>(settled: PromiseSettledResult<T>[]): T[] {
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

function resultsOf<T>(results: [error: Error | null, result: unknown][] | null): T[] {
  if (results === null) throw new Error('the transaction was refused');
  return results.map(([error, result]) => {
    if (error !== null) throw error;
    return result as T;
  });
}
