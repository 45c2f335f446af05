/** Store in a SQLite file: one document per trace, with columns for lists and filters. */

import { setTimeout as delay } from 'node:timers/promises';
import type { RequestLoss, RunLoss } from '../domain/losses.js';
import type { Sample } from '../domain/sample.js';
import type { SourceText } from '../domain/site.js';
import { formatCount } from '../domain/text.js';
import type { Summary, Trace } from '../domain/trace.js';
import { aggregatesIn, runsIn } from './aggregates.js';
import { hashOf, pack, unpack } from './body.js';
import { Connection, type SqliteOptions } from './connection.js';
import { type Describe, skipDescribe, unpackTrace } from './document.js';
import { rollupRowsOf } from './rollup.js';
import { selectionSql } from './selection.js';
import { cachedStatement } from './statement-cache.js';
import {
  type FigureRow,
  type Statements,
  SUMMARY_COLUMNS,
  savedValuesOf,
  summaryOfRow,
  type TraceRow,
  traceRowOf,
} from './statements.js';
import {
  type Aggregate,
  type AggregateBy,
  type RunSummary,
  type Sampling,
  type Selection,
  type Store,
  type StoreChanges,
  StoreError,
} from './store.js';

/** Subjects that a connection remembers, some 200 bytes each. */
const MAX_KNOWN_SUBJECTS = 10_000;
/** ms between two looks at a file that is followed. */
const CHANGE_POLL_MS = 100;
/** Ids that one answer on changes has. */
const MAX_CHANGES = 1000;

/** Store that several processes may write and read at the same time. */
export class SqliteStore implements Store {
  readonly place: string;
  #ttl: number;
  #connection: Connection;
  #sampling: Sampling;
  #describe: Describe;
  #warn: (message: string) => void;
  /** Hash of a source text → epoch ms at which it expires, as far as this process knows. */
  #sourceExpiry = new Map<string, number>();
  /** SQLite's data_version at the last save: it changes with each change by another connection. */
  #dataVersion = 0;
  /** Requests that this run has saved in the file that is open. */
  #kept = 0;
  /** Losses of which the file does not know yet. */
  #unsavedLosses: RequestLoss[] = [];

  /** Opens the database and creates it if missing; throws a StoreError when that fails. */
  constructor(options: SqliteOptions & Sampling) {
    this.#sampling = options;
    this.#describe = options.describe ?? skipDescribe;
    this.place = options.path;
    this.#ttl = options.ttl;
    this.#warn = options.warn;
    this.#connection = new Connection({ ...options, fileReplaced: (reason) => this.#forget(reason) });
  }

  saveAll(traces: Trace[]): void {
    const expires = this.#now() + this.#ttl;
    const { samplesOf = () => [] } = this.#sampling;
    const rows = traces.map((trace) => ({ ...traceRowOf(trace, expires), samples: samplesOf(trace) }));
    const sources = new Set(traces.flatMap((trace) => Object.values(trace.sources ?? {})));
    const kept = this.#connection.write((statements) => {
      let added = 0;
      this.#forgetSubjectsOfOthers(statements);
      const run = this.#runId(statements);
      let figures: FigureRow[] = [];
      for (const { row, body, samples } of rows) {
        const { changes, lastInsertRowid } = statements.saveNew.run(...savedValuesOf(row, run));
        const isNew = changes > 0;
        const seq = isNew ? Number(lastInsertRowid) : statements.save.get({ ...row, run })!.seq;
        statements.saveBody.run(seq, body);
        if (isNew && row.outside === 0) added++;
        if (!isNew) {
          // Some may be of this trace.
          saveFigures(statements, figures);
          figures = [];
          this.#replaceFigures(statements, seq, samples);
        } else addFigures(figures, statements, seq, samples);
      }
      saveFigures(statements, figures);
      for (const hash of sources) this.#extendSource(statements, hash, expires);
      this.#saveLosses(statements, run, expires);
      return added;
    });
    this.#unsavedLosses = [];
    this.#kept += kept;
    this.#connection.tidy(traces.length);
  }

  saveSource({ file, text }: SourceText): string {
    const hash = hashOf(text);
    const expires = this.#now() + this.#ttl;
    const known = this.#connection.read((statements) => statements.sourceExpiry.get(hash)?.expires ?? 0);
    if (known < expires) {
      this.#connection.write((statements) =>
        statements.saveSource.run(hash, file, pack(text), this.#sourceExpires(expires)),
      );
    }
    return hash;
  }

  // Saves are committed when they return.
  async flushed(): Promise<void> {}

  async source(hash: string): Promise<SourceText | undefined> {
    return this.#connection.read((statements) => {
      const row = statements.source.get(hash);
      return row && { file: row.file, text: unpack(row.body) };
    });
  }

  async find(id: string): Promise<Trace | undefined> {
    return this.#connection.read((statements) => {
      const row = statements.find.get(id, this.#now());
      return row && unpackTrace(row.body, this.#describe);
    });
  }

  async idsWith(prefix: string, limit: number): Promise<string[]> {
    return this.#connection.read((statements) =>
      statements.idsWith.all(prefix, `${prefix}\uffff`, this.#now(), limit).map(({ id }) => id),
    );
  }

  async recent(selection: Selection, limit: number): Promise<Summary[]> {
    return this.#connection.query((db) => {
      const { sql, values } = selectionSql(selection, this.#now());
      const newest = `SELECT ${SUMMARY_COLUMNS} FROM traces WHERE ${sql} ORDER BY start DESC, seq DESC LIMIT ?`;
      return (cachedStatement(db, newest).all(...values, limit) as TraceRow[]).map(summaryOfRow);
    });
  }

  async children(parent: string, limit: number): Promise<Summary[]> {
    return this.#connection.read((statements) =>
      statements.children.all(parent, this.#now(), limit).map(summaryOfRow),
    );
  }

  async outside(limit: number): Promise<Summary[]> {
    return this.#connection.read((statements) =>
      statements.outside.all(this.#now(), limit).map(summaryOfRow),
    );
  }

  async summaries(ids: string[]): Promise<Summary[]> {
    const sql = `SELECT ${SUMMARY_COLUMNS} FROM traces WHERE id IN (SELECT value FROM json_each(?)) AND outside = 0 AND expires > ?`;
    const rows = this.#connection.query(
      (db) => cachedStatement(db, sql).all(JSON.stringify(ids), this.#now()) as TraceRow[],
    );
    const byId = new Map(rows.map((row) => [row.id, summaryOfRow(row)]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  async changes(since: string | undefined, waitMs: number): Promise<StoreChanges> {
    const deadline = performance.now() + waitMs;
    let mark = this.#changeMark();
    while (mark === since && performance.now() < deadline) {
      await delay(CHANGE_POLL_MS);
      mark = this.#changeMark();
    }
    if (mark === since || since === undefined) return { mark, ids: [] };
    const [from, to] = [since, mark].map((text) => Number(text.split('/')[0]));
    // Others may have replaced a trace, or the file.
    if (to! <= from! || to! - from! > MAX_CHANGES) return { mark };
    const sql = 'SELECT id FROM traces WHERE seq > ? ORDER BY seq';
    const rows = this.#connection.query((db) => cachedStatement(db, sql).all(from) as { id: string }[]);
    return { mark, ids: rows.map(({ id }) => id) };
  }

  #changeMark(): string {
    const sql = 'SELECT ifnull(max(seq), 0) FROM traces';
    const last = this.#connection.query((db) => cachedStatement(db, sql).pluck().get() as number);
    return `${last}/${this.#connection.dataVersion()}`;
  }

  async aggregates(by: AggregateBy, selection: Selection): Promise<Aggregate[]> {
    return this.#connection.query((db) => aggregatesIn(db, by, selection, this.#now()));
  }

  async runs(limit: number): Promise<RunSummary[]> {
    return this.#connection.query((db) => runsIn(db, limit, this.#now()));
  }

  async losses(): Promise<RunLoss[]> {
    return this.#connection.read((statements) => statements.losses.all(this.#now()));
  }

  retry(): void {
    this.#connection.retry();
  }

  // With the next save: the store has just failed.
  noteLoss({ requests, reason }: RequestLoss): void {
    const known = this.#unsavedLosses.find((loss) => loss.reason === reason);
    if (known === undefined) this.#unsavedLosses.push({ requests, reason });
    else known.requests += requests;
  }

  async runBytes(runs: number[]): Promise<number[]> {
    const sql = `SELECT ifnull(sum(octet_length(b.body)), 0) FROM traces AS t JOIN bodies AS b ON b.trace = t.seq
      WHERE t.run = ? AND t.expires > ?`;
    return this.#connection.query((db) => {
      const bytesOf = cachedStatement(db, sql).pluck();
      return runs.map((run) => bytesOf.get(run, this.#now()) as number);
    });
  }

  async remove(runs: number[] | 'all'): Promise<number> {
    const json = JSON.stringify(runs);
    const removed =
      runs === 'all'
        ? this.#connection.removeAll()
        : this.#connection.remove(({ tracesOfRuns, dropLosses }, limit) => {
            dropLosses.run(json);
            return tracesOfRuns.all(json, limit);
          });
    this.#connection.shrink();
    return removed;
  }

  async finish(): Promise<void> {
    try {
      // The file may have been deleted after the last save.
      this.#connection.read(() => undefined);
      this.retry();
      if (this.#unsavedLosses.length > 0) this.saveAll([]);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }

  close(): void {
    this.#connection.close();
  }

  /** Another file is open: what this run has saved is not in it. */
  #forget(reason: string): void {
    const requests = this.#kept;
    this.#kept = 0;
    this.#sourceExpiry.clear();
    this.#sampling.emptied?.();
    if (requests === 0) return;
    this.noteLoss({ requests, reason });
    this.#warn(
      `${this.place}: ${reason}; a new one was begun, without ${formatCount(requests, 'request')} of this run`,
    );
  }

  #saveLosses(statements: Statements, run: number | null, expires: number): void {
    if (run === null) return;
    for (const { reason, requests } of this.#unsavedLosses)
      statements.saveLoss.run(run, reason, requests, expires);
  }

  #now(): number {
    return this.#connection.clock.now();
  }

  // Queried at each save, because the file may have been replaced since the last.
  #runId(statements: Statements): number | null {
    const { run } = this.#sampling;
    if (!run) return null;
    return (statements.run.get(run.key) ?? statements.saveRun.get(run.key, run.start, run.command)!).id;
  }

  // Ids of deleted subjects are given to others: a subject is looked up again after any change by
  // another process.
  #forgetSubjectsOfOthers(statements: Statements): void {
    const version = this.#connection.dataVersion();
    if (version !== this.#dataVersion) statements.knownSubjects.clear();
    this.#dataVersion = version;
  }

  #replaceFigures(statements: Statements, trace: number, samples: Sample[]): void {
    const oldSubjects = statements.subjectsOf.all(`[${trace}]`);
    statements.dropFigures.run(trace);
    const figures: FigureRow[] = [];
    addFigures(figures, statements, trace, samples);
    saveFigures(statements, figures);
    for (const { subject } of oldSubjects) statements.dropUnused.run(subject);
    statements.knownSubjects.clear();
  }

  // A source text has to outlive the traces that refer to it, but is not updated at each of them.
  #extendSource(statements: Statements, hash: string, expires: number): void {
    if ((this.#sourceExpiry.get(hash) ?? 0) >= expires) return;
    statements.keepSource.run(this.#sourceExpires(expires), hash);
    this.#sourceExpiry.set(hash, this.#sourceExpires(expires));
  }

  /** Expiry of a source text: a quarter of the time to live after that of its trace. */
  #sourceExpires(expires: number): number {
    return expires + this.#ttl / 4;
  }
}

/** Adds the rows of a trace's figures. */
function addFigures(rows: FigureRow[], statements: Statements, trace: number, samples: Sample[]): void {
  if (samples.length === 0) return;
  for (const { sample, bucket, count, total, errors, queries, byText, byKey, bySite } of rollupRowsOf(
    samples,
  ))
    rows.push([
      ...([subjectOf(statements, sample), bucket, trace, count, total, errors] as const),
      ...([queries, byText, byKey, bySite] as const),
    ]);
}

/** Saves rows in the order of their table: those of one page after each other. */
function saveFigures({ saveFigure }: Statements, rows: FigureRow[]): void {
  rows.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  for (const row of rows) saveFigure.run(...row);
}

/** Id of a sample's subject; a finding keeps its id when its line moves. */
function subjectOf(statements: Statements, sample: Sample): number {
  const { key, of, kind, text, site = null, function: name = null, route = null } = sample;
  const { knownSubjects } = statements;
  const seen = knownSubjects.get(key);
  if (seen?.site === site) return seen.id;
  const known = statements.subject.get(key);
  const { id } =
    known?.site === site
      ? known
      : statements.saveSubject.get({ key, of, kind, text, site, function: name, route })!;
  if (knownSubjects.size >= MAX_KNOWN_SUBJECTS) knownSubjects.clear();
  knownSubjects.set(key, { id, site });
  return id;
}
