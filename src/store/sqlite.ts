/** The store in a SQLite file: one trace is one document, with columns for what the list asks. */

import type { Sample } from '../domain/sample.js';
import type { SourceText } from '../domain/site.js';
import type { Summary, Trace } from '../domain/trace.js';
import { aggregatesIn, runsIn } from './aggregates.js';
import { hashOf, pack, unpack } from './body.js';
import { Connection, type SqliteOptions } from './connection.js';
import { type Describe, undescribed, unpackTrace } from './document.js';
import { rollupRowsOf } from './rollup.js';
import { selectionSql } from './selection.js';
import { cachedStatement } from './statement-cache.js';
import { type Statements, SUMMARY_COLUMNS, summaryOfRow, type TraceRow, traceRowOf } from './statements.js';
import type { Aggregate, AggregateBy, RunSummary, Sampling, Selection, Store } from './store.js';

/** Keeps traces in a file that several processes may write and read at once. */
export class SqliteStore implements Store {
  readonly place: string;
  #ttl: number;
  #connection: Connection;
  #accounting: Sampling;
  #describe: Describe;
  /** Until when each source text that this process knows of is kept. */
  #sources = new Map<string, number>();

  /** Opens the database, making it where there is none; throws a StoreError when that cannot be. */
  constructor(options: SqliteOptions & Sampling) {
    this.#accounting = options;
    this.#describe = options.describe ?? undescribed;
    this.place = options.path;
    this.#ttl = options.ttl;
    this.#connection = new Connection(options);
  }

  save(trace: Trace): void {
    this.saveAll([trace]);
  }

  saveAll(traces: Trace[]): void {
    const expires = this.#now() + this.#ttl;
    const { tally = () => [] } = this.#accounting;
    const rows = traces.map((trace) => ({ ...traceRowOf(trace, expires), tallies: tally(trace) }));
    const sources = new Set(traces.flatMap((trace) => Object.values(trace.sources ?? {})));
    this.#connection.write((statements) => {
      const run = this.#run(statements);
      for (const { row, body, tallies } of rows) {
        const { seq } = statements.save.get({ ...row, run })!;
        statements.saveBody.run(seq, body);
        this.#account(statements, seq, tallies);
      }
      for (const hash of sources) this.#keepSource(statements, hash, expires);
    });
    this.#connection.tidy(traces.length);
  }

  saveSource({ file, text }: SourceText): string {
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

  source(hash: string): SourceText | undefined {
    return this.#connection.read((statements) => {
      const row = statements.source.get(hash);
      return row && { file: row.file, text: unpack(row.body) };
    });
  }

  find(id: string): Trace | undefined {
    return this.#connection.read((statements) => {
      const row = statements.find.get(id, this.#now());
      return row && unpackTrace(row.body, this.#describe);
    });
  }

  idsWith(prefix: string, limit: number): string[] {
    return this.#connection.read((statements) =>
      statements.idsWith.all(prefix, `${prefix}\uffff`, this.#now(), limit).map(({ id }) => id),
    );
  }

  recent(among: Selection, limit: number): Summary[] {
    return this.#connection.ask((db) => {
      const { sql, values } = selectionSql(among, this.#now());
      const newest = `SELECT ${SUMMARY_COLUMNS} FROM traces WHERE ${sql} ORDER BY start DESC, seq DESC LIMIT ?`;
      return (cachedStatement(db, newest).all(...values, limit) as TraceRow[]).map(summaryOfRow);
    });
  }

  outside(limit: number): Summary[] {
    return this.#connection.read((statements) =>
      statements.outside.all(this.#now(), limit).map(summaryOfRow),
    );
  }

  aggregates(by: AggregateBy, among: Selection): Aggregate[] {
    return this.#connection.ask((db) => aggregatesIn(db, by, among, this.#now()));
  }

  runs(limit: number): RunSummary[] {
    return this.#connection.ask((db) => runsIn(db, limit, this.#now()));
  }

  close(): void {
    this.#connection.close();
  }

  #now(): number {
    return this.#connection.clock.now();
  }

  // Asked for each time: the file may be another one than a moment ago.
  #run(statements: Statements): number | null {
    const { run } = this.#accounting;
    if (!run) return null;
    return (statements.run.get(run.key) ?? statements.saveRun.get(run.key, run.start, run.command)!).id;
  }

  #account(statements: Statements, trace: number, tallies: Sample[]): void {
    // Of a trace that is saved again, the figures are others now.
    const before = statements.subjectsOf.all(`[${trace}]`);
    if (before.length > 0) statements.dropFigures.run(trace);
    const subjects = new Map<string, number>();
    for (const figure of rollupRowsOf(tallies)) {
      const { tally, bucket, count, total, errors, queries, byText, byKey, bySite } = figure;
      let subject = subjects.get(tally.key);
      if (subject === undefined) subjects.set(tally.key, (subject = subjectOf(statements, tally)));
      statements.saveFigure.run(
        ...[subject, bucket, trace, count, total],
        ...[errors, queries, byText, byKey, bySite],
      );
    }
    for (const { subject } of before) statements.dropUnused.run(subject);
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

/** Answers the number of a subject; a finding keeps it when its line moves. */
function subjectOf(statements: Statements, tally: Sample): number {
  const { key, of, kind, text, site = null, function: name = null, route = null } = tally;
  const kept = statements.subject.get(key);
  if (kept?.site === site) return kept.id;
  return statements.saveSubject.get({ key, of, kind, text, site, function: name, route })!.id;
}
