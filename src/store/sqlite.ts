/** The store in a SQLite file: one trace is one document, with columns for what the list asks. */

import type { Trace } from '../trace.js';
import { hashOf, pack, unpack } from './body.js';
import { Connection, type SqliteOptions } from './connection.js';
import { unpackTrace } from './document.js';
import { statusRange } from './filter.js';
import { rowOf, type Statements, summaryFrom } from './statements.js';
import type { Filter, Source, Store, Summary } from './store.js';

/** Keeps traces in a file that several processes may write and read at once. */
export class SqliteStore implements Store {
  readonly place: string;
  #ttl: number;
  #connection: Connection;
  /** Until when each source text that this process knows of is kept. */
  #sources = new Map<string, number>();

  /** Opens the database, making it where there is none; throws a StoreError when that cannot be. */
  constructor(options: SqliteOptions) {
    this.place = options.path;
    this.#ttl = options.ttl;
    this.#connection = new Connection(options);
  }

  save(trace: Trace): void {
    this.saveAll([trace]);
  }

  saveAll(traces: Trace[]): void {
    const expires = this.#now() + this.#ttl;
    const rows = traces.map((trace) => rowOf(trace, expires));
    const sources = new Set(traces.flatMap((trace) => Object.values(trace.sources ?? {})));
    this.#connection.write((statements) => {
      for (const { row, body } of rows) {
        const { seq } = statements.save.get(row)!;
        statements.saveBody.run(seq, body);
      }
      for (const hash of sources) this.#keepSource(statements, hash, expires);
    });
    this.#connection.tidy(traces.length);
  }

  saveSource({ file, text }: Source): string {
    const hash = hashOf(text);
    const expires = this.#now() + this.#ttl;
    const kept = this.#connection.read((statements) => statements.sourceExpiry.get(hash)?.expires ?? 0);
    if (kept < expires) {
      this.#connection.write((statements) =>
        statements.saveSource.run(hash, file, pack(text), this.#beyond(expires)),
      );
    }
    return hash;
  }

  source(hash: string): Source | undefined {
    return this.#connection.read((statements) => {
      const row = statements.source.get(hash);
      return row && { file: row.file, text: unpack(row.body) };
    });
  }

  find(id: string): Trace | undefined {
    return this.#connection.read((statements) => {
      const row = statements.find.get(id, this.#now());
      return row && unpackTrace(row.body);
    });
  }

  idsWith(prefix: string, limit: number): string[] {
    return this.#connection.read((statements) =>
      statements.idsWith.all(prefix, `${prefix}\uffff`, this.#now(), limit).map(({ id }) => id),
    );
  }

  recent(filter: Filter, limit: number): Summary[] {
    const [low, high] = filter.status === undefined ? [null, null] : (statusRange(filter.status) ?? [1, 0]);
    const question = {
      before: filter.before ?? Number.MAX_VALUE,
      now: this.#now(),
      method: filter.method?.toUpperCase() ?? null,
      low,
      high,
      slower: filter.slower ?? null,
      path: filter.path ?? null,
      limit,
    };
    return this.#connection.read((statements) => statements.recent.all(question).map(summaryFrom));
  }

  outside(limit: number): Summary[] {
    return this.#connection.read((statements) => statements.outside.all(this.#now(), limit).map(summaryFrom));
  }

  close(): void {
    this.#connection.close();
  }

  #now(): number {
    return this.#connection.clock.now();
  }

  // A source text has to outlive the traces that point at it, and is not written anew at each of them.
  #keepSource(statements: Statements, hash: string, expires: number): void {
    if ((this.#sources.get(hash) ?? 0) >= expires) return;
    statements.keepSource.run(this.#beyond(expires), hash);
    this.#sources.set(hash, this.#beyond(expires));
  }

  #beyond(expires: number): number {
    return expires + this.#ttl / 4;
  }
}
