/** Feed over traces in memory, for tests. */

import { binsOf, percentile } from '../../src/domain/histogram.js';
import type { Recording } from '../../src/domain/link.js';
import type { RunLoss } from '../../src/domain/losses.js';
import type { ProfileWish } from '../../src/domain/profile-wish.js';
import { hasRepeatedCalls, isFailed, queryTimeOf } from '../../src/domain/request.js';
import { routeNameOf } from '../../src/domain/route.js';
import { isRoutine } from '../../src/domain/routine.js';
import type { SourceText } from '../../src/domain/site.js';
import type { Summary, Trace } from '../../src/domain/trace.js';
import type {
  ExplainResult,
  Feed,
  FeedStatus,
  ListQuery,
  ListStats,
  MaybePromise,
  ReplayResult,
  RouteRow,
  Sort,
  TrialResult,
} from '../../src/feed/feed.js';
import { type Candidate, matchesQuery } from '../../src/store/filter-match.js';
import type { OutputLog } from '../../src/terminal/output-log.js';
import { ORDERS_SOURCE, summaryOf, traceAt } from './fake.js';

function orderOf(trace: Trace, by: Sort['by']): number | string {
  switch (by) {
    case 'duration':
      return trace.duration ?? 0;
    case 'queries':
      return trace.totals.sql?.count ?? 0;
    case 'qtime':
      return queryTimeOf(trace);
    case 'win':
      return summaryOf(trace).win ?? 0;
    case 'status':
      return trace.status ?? 0;
    case 'path':
      return trace.url;
    default:
      return trace.start;
  }
}

/** Candidate of a filter; the texts of its calls are not aggregated, which is faster. */
function candidateOf(trace: Trace): Candidate {
  const calls = () =>
    trace.spans
      .filter(({ kind }) => kind !== 'log')
      .map(({ name: text, site }) => (site ? { text, site } : { text }));
  return { summary: summaryOf(trace), calls, whole: () => trace };
}

export class MemoryFeed implements Feed {
  traces: Trace[];
  state: FeedStatus = {
    app: { command: 'node app.js', cwd: '/home/ann/shop', pid: 8123 },
    url: 'http://localhost:4000',
    live: true,
    libraries: [{ name: 'pg', version: '8.23.1' }],
    recording: 'all',
  };
  losses: RunLoss[] = [];
  output?: OutputLog;
  sendInput?: (line: string) => void;
  sentLines: string[] = [];
  replayed: string[] = [];
  restarts = 0;
  readonly #listeners = new Set<() => void>();

  constructor(traces: Trace[] | number) {
    this.traces = typeof traces === 'number' ? Array.from({ length: traces }, (_, n) => traceAt(n)) : traces;
  }

  /** Adds a trace on top or replaces the trace of its id, and calls the listeners. */
  add(trace: Trace): void {
    this.traces = [trace, ...this.traces.filter((other) => other.id !== trace.id)];
    this.changed();
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  status(): FeedStatus {
    return this.state;
  }

  stats(): ListStats {
    const listed = this.traces.filter((trace) => !isRoutine(trace));
    const routine = this.traces.length - listed.length;
    const times = listed.map((trace) => trace.duration ?? 0).sort((a, b) => a - b);
    const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
    const total = listed.length;
    return {
      total,
      ...(routine > 0 ? { routine } : {}),
      ...(this.losses.length > 0 ? { losses: this.losses } : {}),
      p50: at(0.5),
      p95: at(0.95),
      errors: total === 0 ? 0 : this.traces.filter(isFailed).length / total,
      repeated: this.traces.filter((trace) => trace.findings.some((finding) => finding.kind === 'n+1'))
        .length,
    };
  }

  #all(selection: ListQuery): Trace[] {
    const now = this.traces[0]?.start ?? 0;
    return this.traces.filter(
      (trace) =>
        !(selection.until !== undefined && trace.start > selection.until) &&
        (!selection.ids || selection.ids.includes(trace.id)) &&
        (selection.query.length === 0 || matchesQuery(selection.query, candidateOf(trace), now)),
    );
  }

  #sorted(selection: ListQuery, sort: Sort): Trace[] {
    const turn = sort.reverse ? -1 : 1;
    return this.#all(selection).sort((a, b) => {
      const [x, y] = [orderOf(a, sort.by), orderOf(b, sort.by)];
      const down = x < y ? 1 : x > y ? -1 : b.start - a.start;
      return (sort.by === 'path' ? -down : down) * turn;
    });
  }

  count(selection: ListQuery): MaybePromise<number> {
    return this.#all(selection).length;
  }

  countNewer({ until, ...all }: ListQuery): MaybePromise<number> {
    return this.#all(all).filter((trace) => trace.start > (until ?? Infinity)).length;
  }

  page(selection: ListQuery, sort: Sort, offset: number, limit: number): MaybePromise<Summary[]> {
    return this.#sorted(selection, sort)
      .slice(offset, offset + limit)
      .map(summaryOf);
  }

  position(selection: ListQuery, sort: Sort, id: string): MaybePromise<number> {
    return this.#sorted(selection, sort).findIndex((trace) => trace.id === id);
  }

  routes(selection: ListQuery): MaybePromise<RouteRow[]> {
    const groups = new Map<string, Trace[]>();
    for (const trace of this.#all(selection)) {
      const key = `${trace.method} ${routeNameOf(trace)}`;
      groups.set(key, [...(groups.get(key) ?? []), trace]);
    }
    const rows = [...groups.values()].map((traces): RouteRow => {
      const sum = (of: (trace: Trace) => number) => traces.reduce((total, trace) => total + of(trace), 0);
      return {
        method: traces[0]!.method,
        route: routeNameOf(traces[0]!),
        count: traces.length,
        errors: traces.filter(isFailed).length,
        mean: sum((trace) => trace.duration ?? 0) / traces.length,
        p95: percentile(binsOf(traces.map(({ duration }) => duration)), 0.95),
        queries: sum((trace) => trace.totals.sql?.count ?? 0) / traces.length,
        qtime: sum((trace) => queryTimeOf(trace)) / traces.length,
        win: sum((trace) => summaryOf(trace).win ?? 0) / traces.length,
        repeated: traces.filter((trace) => hasRepeatedCalls(summaryOf(trace))).length,
      };
    });
    return rows.sort((a, b) => b.mean * b.count - a.mean * a.count);
  }

  find(id: string): MaybePromise<Trace | undefined> {
    return this.traces.find((trace) => trace.id === id);
  }

  source(hash: string): SourceText | undefined {
    return hash === 'orders-v1' ? { file: 'src/orders.js', text: ORDERS_SOURCE } : undefined;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async replay(trace: Trace, url?: string, profile?: ProfileWish): Promise<ReplayResult> {
    const wish = profile === undefined ? '' : ` (${profile})`;
    this.replayed.push(`${trace.method} ${url ?? trace.url}${wish}`);
    return { status: 200, ms: 12 };
  }

  async record(recording: Recording): Promise<void> {
    this.state = { ...this.state, recording };
    this.changed();
  }

  async clear(): Promise<number> {
    return this.traces.splice(0).length;
  }

  async restart(): Promise<void> {
    this.restarts++;
  }

  async pageLink(place?: string): Promise<string> {
    return `http://127.0.0.1:4870/?token=x&at=${place}`;
  }

  async explain(): Promise<ExplainResult> {
    const plan = [
      'Index Scan using items_order_id on items  (cost=0.29..8.31 rows=3 width=20)',
      '  Index Cond: (order_id = 17)',
    ];
    return { asked: 'EXPLAIN', server: 'PostgreSQL 16.3', plan, remarks: [], notes: [] };
  }

  async tryLoop(): Promise<TrialResult> {
    return {
      kind: 'list',
      statement: 'SELECT * FROM items WHERE order_id = ANY($1::integer[])',
      script: "SELECT * FROM items WHERE order_id = ANY('{1,2}'::integer[])",
      server: 'PostgreSQL 16.3',
      loop: { calls: 50, ms: 59 },
      one: { ms: 1.9, rows: 50 },
      comparison: { same: true, text: 'the same rows for each of 50 values' },
      notes: [],
    };
  }

  async watch(): Promise<void> {}

  close(): void {
    this.#listeners.clear();
  }
}
