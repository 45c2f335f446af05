/** The store in this process's memory: for a place that cannot be written, gone when the process ends. */

import type { SourceText } from '../domain/site.js';
import type { Summary, Trace } from '../domain/trace.js';
import { hashOf, type PackedBody, pack, unpack } from './body.js';
import { type Clock, systemClock } from './clock.js';
import { packTrace, undescribed, unpackTrace } from './document.js';
import { matchesQuery, summaryOf } from './filter-match.js';
import {
  mergeRollup,
  type RollupPart,
  type RollupRow,
  rollupRowsOf,
  SHARE_COLUMN,
  SUBJECT_OF,
} from './rollup.js';
import type { Aggregate, AggregateBy, RunSummary, Sampling, Selection, Store } from './store.js';

interface Kept {
  summary: Summary;
  outside: boolean;
  body: PackedBody;
  figures: RollupRow[];
  expires: number;
}

/** Keeps the newest traces, within a time to live (ms) and a size (bytes, about). */
export class MemoryStore implements Store {
  readonly place = 'memory, until scooby ends';
  #ttl: number;
  #maxSize: number;
  #clock: Clock;
  #size = 0;
  #traces = new Map<string, Kept>();
  #sources = new Map<string, { file: string; body: PackedBody }>();

  #accounting: Sampling;

  constructor(options: { ttl: number; maxSize: number; clock?: Clock } & Sampling) {
    this.#accounting = options;
    this.#ttl = options.ttl;
    this.#maxSize = options.maxSize;
    this.#clock = options.clock ?? systemClock;
  }

  save(trace: Trace): void {
    this.saveAll([trace]);
  }

  saveAll(traces: Trace[]): void {
    const { tally = () => [] } = this.#accounting;
    const packed = traces.map((trace) => ({
      trace,
      body: packTrace(trace),
      figures: rollupRowsOf(tally(trace)),
    }));
    const expires = this.#clock.now() + this.#ttl;
    for (const { trace, body, figures } of packed) {
      this.#size += body.length - (this.#traces.get(trace.id)?.body.length ?? 0);
      const summary = structuredClone(summaryOf(trace));
      this.#traces.set(trace.id, { summary, outside: trace.outside ?? false, body, figures, expires });
    }
    this.#tidy();
  }

  saveSource({ file, text }: SourceText): string {
    const hash = hashOf(text);
    if (!this.#sources.has(hash)) {
      const body = pack(text);
      this.#sources.set(hash, { file, body });
      this.#size += body.length;
      this.#tidy();
    }
    return hash;
  }

  source(hash: string): SourceText | undefined {
    const kept = this.#sources.get(hash);
    return kept && { file: kept.file, text: unpack(kept.body) };
  }

  find(id: string): Trace | undefined {
    const kept = this.#traces.get(id);
    return kept && this.#alive(kept) ? unpackTrace(kept.body, undescribed) : undefined;
  }

  idsWith(prefix: string, limit: number): string[] {
    const found = this.#newest((kept) => kept.summary.id.startsWith(prefix));
    return found.slice(0, limit).map(({ id }) => id);
  }

  recent(among: Selection, limit: number): Summary[] {
    const now = this.#clock.now();
    return this.#newest((kept) => !kept.outside && isAmong(kept, among, now)).slice(0, limit);
  }

  outside(limit: number): Summary[] {
    return this.#newest((kept) => kept.outside).slice(0, limit);
  }

  aggregates(by: AggregateBy, among: Selection): Aggregate[] {
    const now = this.#clock.now();
    const wanted = (kept: Kept) => !kept.outside && this.#alive(kept) && isAmong(kept, among, now);
    const kept = [...this.#traces.values()].filter(wanted);
    return mergeRollup(
      by,
      kept.flatMap(({ summary, figures }) => partsOf(by, summary.id, figures)),
    );
  }

  runs(limit: number): RunSummary[] {
    const { run } = this.#accounting;
    const requests = this.#newest((kept) => !kept.outside).length;
    if (!run || requests === 0) return [];
    return [{ number: 1, start: run.start, command: run.command, requests }].slice(0, limit);
  }

  close(): void {
    this.#traces.clear();
    this.#sources.clear();
    this.#size = 0;
  }

  #alive(kept: Kept): boolean {
    return kept.expires > this.#clock.now();
  }

  #newest(wanted: (kept: Kept) => boolean): Summary[] {
    const found = [...this.#traces.values()].reverse().filter((kept) => this.#alive(kept) && wanted(kept));
    return found.map(({ summary }) => summary).sort((a, b) => b.start - a.start);
  }

  // In the order of arrival: the first that is alive ends the search for expired ones.
  #tidy(): void {
    for (const [id, kept] of this.#traces) {
      if (this.#alive(kept) && this.#size <= this.#maxSize) return;
      this.#traces.delete(id);
      this.#size -= kept.body.length;
    }
    for (const [hash, { body }] of this.#sources) {
      if (this.#size <= this.#maxSize) return;
      this.#sources.delete(hash);
      this.#size -= body.length;
    }
  }
}

/** Only the run of this process is kept in its memory. */
function isAmong({ summary, body, figures }: Kept, among: Selection, now: number): boolean {
  const { query = [], before = Infinity, run = 1 } = among;
  const calls = () => figures.map(({ tally }) => tally).filter((tally) => tally.of === 'call');
  const candidate = { summary, calls, whole: () => unpackTrace(body, undescribed) };
  return run === 1 && summary.start < before && matchesQuery(query, candidate, now);
}

function partsOf(by: AggregateBy, id: string, figures: RollupRow[]): RollupPart[] {
  return figures
    .filter(({ tally }) => tally.of === SUBJECT_OF[by])
    .map(({ tally, bucket, count, total, errors, queries, ...shares }) => {
      const { times: _, of: __, ...subject } = tally;
      const share = shares[SHARE_COLUMN[by]];
      const requests = share === null ? 0 : 1;
      const counted = { bucket, count, total, errors, queries, requests, mostQueries: queries };
      return { ...subject, ...counted, worst: share ?? -1, id };
    });
}
