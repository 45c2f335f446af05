/** Store in the memory of this process, used when the database cannot be written. */

import { hostname } from 'node:os';
import type { RequestLoss, RunLoss } from '../domain/losses.js';
import type { SourceText } from '../domain/site.js';
import type { Summary, Trace } from '../domain/trace.js';
import { hashOf, type PackedBody, pack, unpack } from './body.js';
import { ChangeLog } from './change-log.js';
import { type Clock, systemClock } from './clock.js';
import { packTrace, skipDescribe, unpackTrace } from './document.js';
import { matchesQuery, summaryOf } from './filter-match.js';
import { mergeRollup, partsOfTrace, type RollupRow, rollupRowsOf } from './rollup.js';
import type {
  Aggregate,
  AggregateBy,
  RunSummary,
  Sampling,
  Selection,
  Store,
  StoreChanges,
} from './store.js';

interface Entry {
  summary: Summary;
  outside: boolean;
  parent: string | undefined;
  body: PackedBody;
  rollup: RollupRow[];
  expires: number;
}

/** Stores the newest traces, within a time to live (ms) and an approximate size (bytes). */
export class MemoryStore implements Store {
  readonly place = 'memory, until scooby ends';
  readonly local = this;
  #ttl: number;
  #maxSize: number;
  #clock: Clock;
  #size = 0;
  #losses: RequestLoss[] = [];
  #traces = new Map<string, Entry>();
  #sources = new Map<string, { file: string; body: PackedBody }>();
  #sampling: Sampling;
  readonly #log = new ChangeLog();

  constructor(options: { ttl: number; maxSize: number; clock?: Clock } & Sampling) {
    this.#sampling = options;
    this.#ttl = options.ttl;
    this.#maxSize = options.maxSize;
    this.#clock = options.clock ?? systemClock;
  }

  saveAll(traces: Trace[]): void {
    const { samplesOf = () => [] } = this.#sampling;
    const packed = traces.map((trace) => ({
      trace,
      body: packTrace(trace),
      rollup: rollupRowsOf(samplesOf(trace)),
    }));
    const expires = this.#clock.now() + this.#ttl;
    for (const { trace, body, rollup } of packed) {
      this.#size += body.length - (this.#traces.get(trace.id)?.body.length ?? 0);
      const summary = structuredClone(summaryOf(trace));
      const { outside = false, parent } = trace;
      this.#traces.set(trace.id, { summary, outside, parent, body, rollup, expires });
    }
    this.#log.add(packed.map(({ trace }) => trace.id));
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

  async flushed(): Promise<void> {}

  async source(hash: string): Promise<SourceText | undefined> {
    const source = this.#sources.get(hash);
    return source && { file: source.file, text: unpack(source.body) };
  }

  async find(id: string): Promise<Trace | undefined> {
    const entry = this.#traces.get(id);
    return entry && this.#isAlive(entry) ? unpackTrace(entry.body, skipDescribe) : undefined;
  }

  async idsWith(prefix: string, limit: number): Promise<string[]> {
    const found = this.#newest((entry) => entry.summary.id.startsWith(prefix));
    return found.slice(0, limit).map(({ id }) => id);
  }

  async recent(selection: Selection, limit: number): Promise<Summary[]> {
    const now = this.#clock.now();
    return this.#newest((entry) => !entry.outside && isSelected(entry, selection, now)).slice(0, limit);
  }

  async children(parent: string, limit: number): Promise<Summary[]> {
    return this.#newest((entry) => entry.parent === parent)
      .reverse()
      .slice(0, limit);
  }

  async outside(limit: number): Promise<Summary[]> {
    return this.#newest((entry) => entry.outside).slice(0, limit);
  }

  async summaries(ids: string[]): Promise<Summary[]> {
    return ids.flatMap((id) => {
      const entry = this.#traces.get(id);
      return entry && !entry.outside && this.#isAlive(entry) ? [entry.summary] : [];
    });
  }

  changes(since: string | undefined, waitMs: number): Promise<StoreChanges> {
    return this.#log.since(since, waitMs);
  }

  async aggregates(by: AggregateBy, selection: Selection): Promise<Aggregate[]> {
    const now = this.#clock.now();
    const selected = [...this.#traces.values()].filter(
      (entry) => !entry.outside && this.#isAlive(entry) && isSelected(entry, selection, now),
    );
    return mergeRollup(
      by,
      selected.flatMap(({ summary, rollup }) => partsOfTrace(by, summary.id, rollup)),
    );
  }

  async runs(limit: number): Promise<RunSummary[]> {
    const { run } = this.#sampling;
    const requests = this.#newest((entry) => !entry.outside).length;
    if (!run || requests === 0) return [];
    return [{ number: 1, start: run.start, command: run.command, requests }].slice(0, limit);
  }

  async losses(): Promise<RunLoss[]> {
    return this.#losses.map((loss) => ({ run: 1, ...loss }));
  }

  noteLoss({ requests, reason }: RequestLoss): void {
    const known = this.#losses.find((loss) => loss.reason === reason);
    if (known === undefined) this.#losses.push({ requests, reason });
    else known.requests += requests;
  }

  async runBytes(runs: number[]): Promise<number[]> {
    const alive = [...this.#traces.values()].filter((entry) => this.#isAlive(entry));
    const bytes = alive.reduce((sum, { body }) => sum + body.length, 0);
    return runs.map((run) => (run === 1 ? bytes : 0));
  }

  async remove(runs: number[] | 'all'): Promise<number> {
    if (runs !== 'all' && !runs.includes(1)) return 0;
    const requests = this.#newest((entry) => !entry.outside).length;
    this.#traces.clear();
    this.#losses = [];
    // Texts of files stay: the run has saved them once.
    this.#size = [...this.#sources.values()].reduce((sum, { body }) => sum + body.length, 0);
    return requests;
  }

  close(): void {
    this.#traces.clear();
    this.#sources.clear();
    this.#size = 0;
  }

  #isAlive(entry: Entry): boolean {
    return entry.expires > this.#clock.now();
  }

  #newest(condition: (entry: Entry) => boolean): Summary[] {
    const matches = [...this.#traces.values()]
      .reverse()
      .filter((entry) => this.#isAlive(entry) && condition(entry));
    return matches.map(({ summary }) => summary).sort((a, b) => b.start - a.start);
  }

  // The map is in order of arrival: no trace after the first unexpired trace has expired.
  #tidy(): void {
    for (const [id, entry] of this.#traces) {
      if (this.#isAlive(entry) && this.#size <= this.#maxSize) return;
      this.#traces.delete(id);
      this.#size -= entry.body.length;
    }
    for (const [hash, { body }] of this.#sources) {
      if (this.#size <= this.#maxSize) return;
      this.#sources.delete(hash);
      this.#size -= body.length;
    }
  }
}

/**
 * Whether an entry is in the selection; the store has one run, of this process, with the number 1.
 */
function isSelected({ summary, body, rollup }: Entry, selection: Selection, now: number): boolean {
  const { query = [], before = Infinity, run = 1, host = hostname() } = selection;
  const calls = () => rollup.map(({ sample }) => sample).filter(({ of }) => of === 'call');
  const candidate = { summary, calls, whole: () => unpackTrace(body, skipDescribe) };
  return run === 1 && host === hostname() && summary.start < before && matchesQuery(query, candidate, now);
}
