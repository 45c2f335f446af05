/** Reader of a shared store: lists from summaries; what Redis does not index is computed from documents. */

import { type FilterQuery, queryNeedsTrace } from '../../domain/filter.js';
import type { RunLoss } from '../../domain/losses.js';
import type { SourceText } from '../../domain/site.js';
import type { Summary, Trace } from '../../domain/trace.js';
import { type Clock, systemClock } from '../clock.js';
import { type Describe, skipDescribe, unpackTrace } from '../document.js';
import { matchesQuery } from '../filter-match.js';
import { mergeRollup, partsOfTrace, rollupRowsOf } from '../rollup.js';
import type {
  Aggregate,
  AggregateBy,
  RunSummary,
  Sampling,
  Selection,
  StoreChanges,
  StoreReader,
} from '../store.js';
import type { RedisClient } from './redis-client.js';
import { redisError } from './redis-error.js';
import {
  decodeBody,
  MAX_LIVE,
  type RedisKeys,
  type StoredRun,
  type StoredSummary,
  textOf,
} from './redis-keys.js';

/** Summaries and documents that are asked for at once. */
const PAGE = 500;
const DOCUMENT_PAGE = 100;

export interface RedisReaderOptions extends Sampling {
  client: RedisClient;
  /** Opens the connection on which changes are waited for: an answer keeps all others waiting. */
  openBlocking: () => RedisClient;
  keys: RedisKeys;
  shown: string;
  clock?: Clock;
}

type Listed = Pick<StoredSummary, 'row' | 'order'>;

/** Reads of one project; rejects with a StoreError that names the address without its password. */
export class RedisReader implements StoreReader {
  readonly place: string;
  readonly #options: RedisReaderOptions;
  readonly #clock: Clock;
  readonly #describe: Describe;
  #blocking: RedisClient | undefined;

  constructor(options: RedisReaderOptions) {
    this.#options = options;
    this.place = options.shown;
    this.#clock = options.clock ?? systemClock;
    this.#describe = options.describe ?? skipDescribe;
  }

  source(hash: string): Promise<SourceText | undefined> {
    return this.#attempt(async ({ client, keys }) => {
      const [stored] = await client.get<Buffer>([keys.source(hash)], true);
      return stored ? (JSON.parse(textOf(stored)) as SourceText) : undefined;
    });
  }

  find(id: string): Promise<Trace | undefined> {
    return this.#attempt(async () => {
      if ((await this.#stored([id])).length === 0) return undefined;
      return (await this.#documents([id])).get(id);
    });
  }

  idsWith(prefix: string, limit: number): Promise<string[]> {
    return this.#attempt(async ({ client, keys }) => {
      const lists = await client.runAll<string[]>(
        ['newest' as const, 'outside' as const].map((name) => ['zrange', keys.index(name), 0, -1, 'REV']),
      );
      const ids = lists.flat().filter((id) => id.startsWith(prefix));
      const found: StoredSummary[] = [];
      for (let at = 0; at < ids.length && (found.length < limit || at < PAGE); at += PAGE)
        found.push(...(await this.#stored(ids.slice(at, at + PAGE))));
      return found
        .sort(newestFirst)
        .slice(0, limit)
        .map(({ row }) => row.id);
    });
  }

  recent(selection: Selection, limit: number): Promise<Summary[]> {
    return this.#attempt(async () => {
      const found: Listed[] = [];
      for await (const page of this.#pages(selection)) {
        found.push(...page);
        // Of requests that began at one instant the order is known once all are read.
        if (found.length > limit && page.at(-1)!.row.start < found[limit - 1]!.row.start) break;
      }
      return found
        .sort(newestFirst)
        .slice(0, limit)
        .map(({ row }) => row);
    });
  }

  children(parent: string, limit: number): Promise<Summary[]> {
    return this.#attempt(async ({ client, keys }) => {
      const ids = await client.run<string[]>(['zrange', keys.index(`c:${parent}`), 0, -1]);
      return (await this.#stored(ids)).slice(0, limit).map(({ row }) => row);
    });
  }

  outside(limit: number): Promise<Summary[]> {
    return this.#attempt(async ({ client, keys }) => {
      const ids = await client.run<string[]>(['zrange', keys.index('outside'), 0, -1, 'REV']);
      return (await this.#stored(ids)).slice(0, limit).map(({ row }) => row);
    });
  }

  summaries(ids: string[]): Promise<Summary[]> {
    return this.#attempt(async () =>
      (await this.#stored(ids)).filter(({ outside }) => !outside).map(({ row }) => row),
    );
  }

  changes(since: string | undefined, waitMs: number): Promise<StoreChanges> {
    return this.#attempt(async ({ client, keys, openBlocking }) => {
      const live = keys.index('live');
      if (since === undefined) return { mark: await this.#lastMark(), ids: [] };
      this.#blocking ??= openBlocking();
      const blocking = this.#blocking;
      await blocking.ready();
      const wait = Math.max(1, Math.round(waitMs));
      const read = await blocking.run<[string, [string, string[]][]][] | null>([
        ...(['xread', 'COUNT', MAX_LIVE, 'BLOCK', wait, 'STREAMS', live, since] as const),
      ]);
      const entries = read?.[0]?.[1] ?? [];
      if (entries.length === 0) return { mark: since, ids: [] };
      const mark = entries.at(-1)![0];
      const [first] = await client.run<[string, string[]][]>(['xrange', live, '-', '+', 'COUNT', 1]);
      // The stream was trimmed behind the mark.
      if (since !== '0-0' && first && isAfter(first[0], since) && entries.length >= MAX_LIVE) return { mark };
      return { mark, ids: entries.map(([, fields]) => fields[fields.indexOf('id') + 1]!) };
    });
  }

  aggregates(by: AggregateBy, selection: Selection): Promise<Aggregate[]> {
    const { samplesOf = () => [] } = this.#options;
    return this.#attempt(async () => {
      const parts = [];
      for await (const page of this.#pages(selection)) {
        const documents = await this.#documents(page.map(({ row }) => row.id));
        for (const [id, trace] of documents)
          parts.push(...partsOfTrace(by, id, rollupRowsOf(samplesOf(trace))));
      }
      return mergeRollup(by, parts);
    });
  }

  runs(limit: number): Promise<RunSummary[]> {
    return this.#attempt(async () => {
      const runs = await this.#runs();
      const counts = new Map<string, number>();
      for await (const page of this.#pages({}))
        for (const { run = '' } of page) counts.set(run, (counts.get(run) ?? 0) + 1);
      return [...runs]
        .flatMap(([key, run]) => {
          const requests = counts.get(key);
          return requests === undefined ? [] : [{ ...run, requests }];
        })
        .sort((a, b) => b.number - a.number)
        .slice(0, limit);
    });
  }

  async losses(): Promise<RunLoss[]> {
    return [];
  }

  runBytes(runs: number[]): Promise<number[]> {
    return this.#attempt(async ({ client, keys }) => {
      const bytes: number[] = [];
      for (const run of runs) {
        let sum = 0;
        for await (const page of this.#pages({ run })) {
          const lengths = await client.runAll<number>(
            page.map(({ row }) => ['strlen', keys.document(row.id)]),
          );
          sum += lengths.reduce((total, length) => total + length, 0);
        }
        bytes.push(sum);
      }
      return bytes;
    });
  }

  /** Removes runs, or all that the project has stored, whichever host it is from. */
  remove(runs: number[] | 'all'): Promise<number> {
    return this.#attempt(async ({ client, keys }) => {
      if (runs !== 'all') return this.#removeRuns(runs);
      let requests = 0;
      for await (const page of this.#pages({})) requests += page.length;
      // Launchers that go on writing have told their run, and the texts of its files, once.
      const kept = new Set([keys.index('runs'), keys.index('number')]);
      await client.scan(keys.prefix, (found) =>
        client.runAll(
          found
            .filter((key) => !kept.has(key) && !key.startsWith(keys.source('')))
            .map((key) => ['unlink', key]),
        ),
      );
      return requests;
    });
  }

  async #removeRuns(runs: number[]): Promise<number> {
    const { client, keys } = this.#options;
    const known = [...(await this.#runs())].filter(([, { number }]) => runs.includes(number));
    const wanted = new Set(known.map(([key]) => key));
    const removed: StoredSummary[] = [];
    for (const list of ['newest', 'outside'] as const) {
      const ids = await client.run<string[]>(['zrange', keys.index(list), 0, -1]);
      const stored = (await this.#stored(ids)).filter(({ run = '' }) => wanted.has(run));
      for (let at = 0; at < stored.length; at += DOCUMENT_PAGE) {
        const part = stored.slice(at, at + DOCUMENT_PAGE).map(({ row }) => row.id);
        await client.run(['zrem', keys.index(list), ...part]);
        const gone = part.flatMap((id) => [keys.summary(id), keys.document(id)]);
        await client.runAll(gone.map((key) => ['unlink', key]));
      }
      removed.push(...stored);
    }
    return removed.filter(({ outside }) => !outside).length;
  }

  close(): void {
    this.#options.client.close();
    this.#blocking?.close();
  }

  async #runs(): Promise<Map<string, StoredRun>> {
    const { client, keys } = this.#options;
    const fields = await client.run<Record<string, string>>(['hgetall', keys.index('runs')]);
    return new Map(Object.entries(fields).map(([key, text]) => [key, JSON.parse(text) as StoredRun]));
  }

  async #lastMark(): Promise<string> {
    const { client, keys } = this.#options;
    const [last] = await client.run<[string, string[]][]>([
      'xrevrange',
      keys.index('live'),
      '+',
      '-',
      'COUNT',
      1,
    ]);
    return last?.[0] ?? '0-0';
  }

  /** Selected requests, newest first, in pages. */
  async *#pages(selection: Selection): AsyncGenerator<StoredSummary[]> {
    const { client, keys } = this.#options;
    const { query = [], before = Infinity, run, host } = selection;
    const runKey =
      run === undefined ? undefined : [...(await this.#runs())].find(([, { number }]) => number === run)?.[0];
    if (run !== undefined && runKey === undefined) return;
    const highest = before === Infinity ? '+inf' : `(${before}`;
    const now = this.#clock.now();
    for (let offset = 0; ; offset += PAGE) {
      const ids = await client.run<string[]>([
        ...([
          'zrange',
          keys.index('newest'),
          highest,
          '-inf',
          'BYSCORE',
          'REV',
          'LIMIT',
          offset,
          PAGE,
        ] as const),
      ]);
      const stored = (await this.#stored(ids)).filter(
        (each) => (runKey === undefined || each.run === runKey) && (host === undefined || each.host === host),
      );
      const page = await this.#matching(stored, query, now);
      if (page.length > 0) yield page.sort(newestFirst);
      if (ids.length < PAGE) return;
    }
  }

  async #matching(stored: StoredSummary[], query: FilterQuery, now: number): Promise<StoredSummary[]> {
    if (query.length === 0) return stored;
    const needsTraces =
      queryNeedsTrace(query) || query.some((all) => all.some(({ field }) => field === 'text'));
    if (!needsTraces) return stored.filter(({ row }) => matchesQuery(query, candidateOf(row), now));
    const { samplesOf = () => [] } = this.#options;
    const documents = await this.#documents(stored.map(({ row }) => row.id));
    return stored.filter(({ row }) => {
      const trace = documents.get(row.id);
      const calls = (whole: Trace) => samplesOf(whole).filter(({ of }) => of === 'call');
      return trace !== undefined && matchesQuery(query, candidateOf(row, trace, calls), now);
    });
  }

  /** Summaries of ids that have not expired; the index forgets the others. */
  async #stored(ids: string[]): Promise<StoredSummary[]> {
    const { client, keys } = this.#options;
    const found: StoredSummary[] = [];
    for (let at = 0; at < ids.length; at += PAGE) {
      const texts = await client.get<string>(ids.slice(at, at + PAGE).map((id) => keys.summary(id)));
      for (const text of texts) if (text !== null) found.push(JSON.parse(text) as StoredSummary);
    }
    const now = this.#clock.now();
    return found.filter(({ expires }) => expires > now);
  }

  async #documents(ids: string[]): Promise<Map<string, Trace>> {
    const { client, keys } = this.#options;
    const found = new Map<string, Trace>();
    for (let at = 0; at < ids.length; at += DOCUMENT_PAGE) {
      const part = ids.slice(at, at + DOCUMENT_PAGE);
      const stored = await client.get<Buffer>(
        part.map((id) => keys.document(id)),
        true,
      );
      for (const [n, body] of stored.entries())
        if (body !== null) found.set(part[n]!, unpackTrace(decodeBody(body), this.#describe));
    }
    return found;
  }

  async #attempt<T>(read: (options: RedisReaderOptions) => Promise<T>): Promise<T> {
    try {
      await this.#options.client.ready();
      return await read(this.#options);
    } catch (error) {
      throw isOfRedis(error) ? redisError(error, this.#options.shown) : error;
    }
  }
}

function isOfRedis(error: unknown): boolean {
  const { name = '', message = '', code } = error as Error & { code?: string };
  return (
    code !== undefined ||
    /^(ReplyError|ClusterAllFailedError|MaxRetriesPerRequestError|AbortError)$/.test(name) ||
    /timed out|does not answer|Stream isn't writeable|Connection is closed|Cluster isn't ready/i.test(message)
  );
}

function newestFirst(a: Listed, b: Listed): number {
  return b.row.start - a.row.start || b.order - a.order;
}

/** Whether an id of a stream, `<ms>-<n>`, is after another. */
function isAfter(id: string, other: string): boolean {
  const [[ms, n], [otherMs, otherN]] = [id, other].map((text) => text.split('-').map(Number)) as [
    number[],
    number[],
  ];
  return ms! > otherMs! || (ms === otherMs && n! > otherN!);
}

function candidateOf(
  summary: Summary,
  trace?: Trace,
  calls: (trace: Trace) => { text: string; site?: string }[] = () => [],
) {
  return { summary, calls: () => (trace ? calls(trace) : []), whole: () => trace! };
}
