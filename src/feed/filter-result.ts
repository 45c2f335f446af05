/** What a filter found, or an order that no index has: the numbers of the requests in their order, gathered slice by slice. */

import { type FilterQuery, queryNeedsTrace } from '../domain/filter.js';
import { QUERIES_SQL, QUERY_TIME_SQL } from '../domain/request.js';
import { conditionOf, type SqlCondition } from '../store/filter-sql.js';
import type { PageReader, SliceRow } from '../store/page-reader.js';
import type { Sort } from './feed.js';
import { AdaptiveSlices, TurnQueue } from './time-slicing.js';

/** Later than any request. */
export const EVER = 8.64e15;
/** ms after which what was found so far is told. */
const PATIENCE = 60;
/** ms over which a request may still change after it began, for what is looked at again. */
const LATE = 30_000;

const KEYS: Record<Sort['by'], string> = {
  time: '0',
  duration: 'ifnull(duration, 0)',
  queries: QUERIES_SQL,
  qtime: QUERY_TIME_SQL,
  status: 'ifnull(status, 0)',
  path: 'url',
};

export class FilterResult {
  readonly sort: Sort;
  /** True once every request has been looked at. */
  complete = false;
  #found: SliceRow[] = [];
  #ordered: number[] | undefined;
  #newest = Number.NEGATIVE_INFINITY;
  #waiting: (() => void)[] = [];
  #told = performance.now();
  /** Somebody was answered before the end, and wants to hear of more. */
  #partial = false;
  #wanted = Number.POSITIVE_INFINITY;
  readonly #progress: () => void;
  readonly #reader: PageReader;
  readonly #query: FilterQuery;
  readonly #until: number;
  readonly #ids: string[] | undefined;
  readonly #turns: TurnQueue;

  constructor(
    reader: PageReader,
    query: FilterQuery,
    sort: Sort,
    until: number,
    ids: string[] | undefined,
    { failed, progress }: { failed: (error: unknown) => void; progress: () => void },
  ) {
    this.#progress = progress;
    this.#reader = reader;
    this.#query = query;
    this.sort = sort;
    this.#until = until;
    this.#ids = ids;
    this.#turns = new TurnQueue((error) => {
      this.#settle();
      failed(error);
    });
    this.#scan(Number.NEGATIVE_INFINITY, []);
  }

  #where(): SqlCondition {
    const { sql, values } = conditionOf(this.#query, this.#reader.now());
    if (!this.#ids) return { sql, values };
    return {
      sql: `${sql} AND id IN (SELECT value FROM json_each(?))`,
      values: [...values, JSON.stringify(this.#ids)],
    };
  }

  /** Looks at everything that began at `least` or later; what was found before that stays. */
  #scan(least: number, older: SliceRow[]): void {
    const slices = new AdaptiveSlices(
      (before, size) => this.#reader.boundary(before, size),
      Math.min(EVER, this.#until + 0.001),
      least,
      queryNeedsTrace(this.#query),
    );
    const where = this.#where();
    const renewed = older.length > 0;
    const fresh: SliceRow[] = renewed ? [] : this.#found;
    const step = (): boolean => {
      const going = slices.next((from, before) => {
        for (const one of this.#reader.slice(from, before, where, KEYS[this.sort.by])) fresh.push(one);
      });
      this.#newest = Math.max(this.#newest, fresh[0]?.start ?? Number.NEGATIVE_INFINITY);
      if (!going && renewed) this.#found = [...fresh, ...older];
      if (!going) this.complete = true;
      if (!going || this.sort.by === 'time') this.#ordered = undefined;
      this.#tell(going);
      return going;
    };
    this.#turns.run(step);
  }

  /** What was found so far is worth a look now and then: a rare match would else be seen only at the end. */
  #tell(going: boolean): void {
    const now = performance.now();
    if (going && now - this.#told < PATIENCE && !this.#known(this.#wanted)) return;
    this.#told = now;
    this.#settle();
    if (this.#partial) this.#progress();
  }

  #settle(): void {
    for (const waiting of this.#waiting.splice(0)) waiting();
  }

  /** Looks again at the newest requests, after something was written. */
  renew(): void {
    if (!this.complete || this.#until !== EVER) return;
    const least = Math.min(this.#newest, this.#reader.now()) - LATE;
    const older = this.#found.filter(({ start }) => start < least);
    if (older.length === 0) this.#found = [];
    this.#scan(least, older);
  }

  #order(): number[] {
    if (this.#ordered) return this.#ordered;
    const { by, reverse } = this.sort;
    const found = by === 'time' ? this.#found : this.#sorted(by === 'path');
    const seqs = found.map(({ seq }) => seq);
    this.#ordered = reverse ? seqs.reverse() : seqs;
    return this.#ordered;
  }

  #sorted(up: boolean): SliceRow[] {
    const turn = up ? 1 : -1;
    return [...this.#found].sort((a, b) =>
      a.key < b.key ? -turn : a.key > b.key ? turn : b.start - a.start,
    );
  }

  /** Answers whether the rows up to an offset are known. */
  #known(offset: number): boolean {
    if (this.complete) return true;
    return this.sort.by === 'time' && !this.sort.reverse && this.#found.length >= offset;
  }

  async #when(known: () => boolean): Promise<void> {
    while (!known()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Answers the numbers of the requests at some offsets, at once where they are known. */
  seqs(offset: number, limit: number): number[] | Promise<number[]> {
    const take = () => this.#order().slice(offset, offset + limit);
    if (this.#known(offset + limit)) return take();
    this.#wanted = offset + limit;
    this.#partial = true;
    const some = () => this.sort.by === 'time' && !this.sort.reverse && this.#found.length > offset;
    return this.#when(() => this.#known(offset + limit) || some()).then(take);
  }

  /** Answers how many there are. */
  count(): number | Promise<number> {
    if (this.complete) return this.#found.length;
    return this.#when(() => this.complete).then(() => this.#found.length);
  }

  /** Answers at which offset a request stands; -1 if it is not among them. */
  position(seq: number): number | Promise<number> {
    if (this.complete) return this.#order().indexOf(seq);
    return this.#when(() => this.complete).then(() => this.#order().indexOf(seq));
  }

  stop(): void {
    this.#turns.stop();
    this.#waiting = [];
  }
}
