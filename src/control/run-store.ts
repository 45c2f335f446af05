/** Store of a living run, read through its control socket: for what the run keeps in memory only. */

import type { RunLoss } from '../domain/losses.js';
import type { SourceText } from '../domain/site.js';
import type { Summary, Trace } from '../domain/trace.js';
import type {
  Aggregate,
  AggregateBy,
  RunSummary,
  Selection,
  StoreChanges,
  StoreReader,
} from '../store/store.js';
import type { StoreRead } from '../store/store-reads.js';
import type { RunControl } from './client.js';

/** Reads what a run answers; rejects with a ControlError once it has ended. */
export class RunStore implements StoreReader {
  readonly place: string;
  readonly #control: RunControl;

  constructor(control: RunControl) {
    this.#control = control;
    this.place = `memory of scooby run (pid ${control.run.pid}), until it ends`;
  }

  source(hash: string): Promise<SourceText | undefined> {
    return this.#read('source', hash);
  }

  find(id: string): Promise<Trace | undefined> {
    return this.#read('find', id);
  }

  idsWith(prefix: string, limit: number): Promise<string[]> {
    return this.#read('idsWith', prefix, limit);
  }

  recent(selection: Selection, limit: number): Promise<Summary[]> {
    return this.#read('recent', selection, limit);
  }

  children(parent: string, limit: number): Promise<Summary[]> {
    return this.#read('children', parent, limit);
  }

  outside(limit: number): Promise<Summary[]> {
    return this.#read('outside', limit);
  }

  summaries(ids: string[]): Promise<Summary[]> {
    return this.#read('summaries', ids);
  }

  changes(since: string | undefined, waitMs: number): Promise<StoreChanges> {
    return this.#read('changes', since ?? null, waitMs);
  }

  aggregates(by: AggregateBy, selection: Selection): Promise<Aggregate[]> {
    return this.#read('aggregates', by, selection);
  }

  runs(limit: number): Promise<RunSummary[]> {
    return this.#read('runs', limit);
  }

  losses(): Promise<RunLoss[]> {
    return this.#read('losses');
  }

  runBytes(runs: number[]): Promise<number[]> {
    return this.#read('runBytes', runs);
  }

  close(): void {
    this.#control.close();
  }

  async #read<T>(name: StoreRead, ...args: unknown[]): Promise<T> {
    // JSON has no undefined.
    return ((await this.#control.read(name, args)) ?? undefined) as T;
  }
}
