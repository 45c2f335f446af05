/** The store in this process's memory: for a place that cannot be written, gone when the process ends. */

import type { Trace } from '../trace.js';
import { type Body, hashOf, pack, unpack } from './body.js';
import { type Clock, systemClock } from './clock.js';
import { packTrace, unpackTrace } from './document.js';
import { passes, summaryOf } from './filter.js';
import type { Filter, Source, Store, Summary } from './store.js';

interface Kept {
  summary: Summary;
  outside: boolean;
  body: Body;
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
  #sources = new Map<string, { file: string; body: Body }>();

  constructor(options: { ttl: number; maxSize: number; clock?: Clock }) {
    this.#ttl = options.ttl;
    this.#maxSize = options.maxSize;
    this.#clock = options.clock ?? systemClock;
  }

  save(trace: Trace): void {
    this.saveAll([trace]);
  }

  saveAll(traces: Trace[]): void {
    const packed = traces.map((trace) => ({ trace, body: packTrace(trace) }));
    const expires = this.#clock.now() + this.#ttl;
    for (const { trace, body } of packed) {
      this.#size += body.length - (this.#traces.get(trace.id)?.body.length ?? 0);
      const summary = structuredClone(summaryOf(trace));
      this.#traces.set(trace.id, { summary, outside: trace.outside ?? false, body, expires });
    }
    this.#tidy();
  }

  saveSource({ file, text }: Source): string {
    const hash = hashOf(text);
    if (!this.#sources.has(hash)) {
      const body = pack(text);
      this.#sources.set(hash, { file, body });
      this.#size += body.length;
      this.#tidy();
    }
    return hash;
  }

  source(hash: string): Source | undefined {
    const kept = this.#sources.get(hash);
    return kept && { file: kept.file, text: unpack(kept.body) };
  }

  find(id: string): Trace | undefined {
    const kept = this.#traces.get(id);
    return kept && this.#alive(kept) ? unpackTrace(kept.body) : undefined;
  }

  idsWith(prefix: string, limit: number): string[] {
    const found = this.#newest((kept) => kept.summary.id.startsWith(prefix));
    return found.slice(0, limit).map(({ id }) => id);
  }

  recent(filter: Filter, limit: number): Summary[] {
    return this.#newest((kept) => !kept.outside && passes(filter, kept.summary)).slice(0, limit);
  }

  outside(limit: number): Summary[] {
    return this.#newest((kept) => kept.outside).slice(0, limit);
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
