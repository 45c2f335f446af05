/** Feed of the page in the panel: the requests of the inspected tab, read from the proxy that they passed. */

import type { Summary, Trace } from '../../domain/trace.js';
import { readTrace } from '../../export/read-trace.js';
import type { Feed, FeedStatus, ListQuery, ListStats, RouteRow, Sort } from '../../feed/feed.js';
import type { PanelRequest } from './panel-request.js';

/** The panel's requests, as its frame sees them. */
export interface DetailsSource {
  rows(): readonly PanelRequest[];
  /** Returns a function that ends it. */
  subscribe(listener: () => void): () => void;
  /** Takes the details away. */
  close(): void;
}

/** Reads one request at a time, and nothing that needs the token of scooby's own page. */
export class DetailsFeed implements Feed {
  readonly #source: DetailsSource;

  constructor(source: DetailsSource) {
    this.#source = source;
  }

  status(): FeedStatus {
    const [first] = this.#source.rows();
    return { live: false, ...(first && { url: first.origin }) };
  }

  stats(): ListStats {
    return { total: this.#source.rows().length };
  }

  count(): number {
    return this.#source.rows().length;
  }

  countNewer(): number {
    return 0;
  }

  page(_: ListQuery, __: Sort, offset: number, limit: number): Summary[] {
    return this.#newest().slice(offset, offset + limit);
  }

  position(_: ListQuery, __: Sort, id: string): number {
    return this.#newest().findIndex((summary) => summary.id === id);
  }

  routes(): RouteRow[] {
    return [];
  }

  /** Rejects with a sentence for the user. */
  async find(id: string): Promise<Trace | undefined> {
    const rows = this.#source.rows();
    // Of a request that another one has made, only the id is known.
    const row = rows.find((each) => each.id === id) ?? rows.at(-1);
    if (row === undefined) return undefined;
    let response: Response;
    try {
      response = await fetch(`${row.origin}/scooby/get-data/${id}/`, { credentials: 'omit' });
    } catch {
      throw new Error(`The proxy at ${row.origin} does not answer: the run has ended.`);
    }
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`The proxy answered ${response.status}.`);
    return readTrace(await response.json(), 'request');
  }

  /** The app's source files are for scooby's own page only. */
  source(): undefined {
    return undefined;
  }

  subscribe(listener: () => void): () => void {
    return this.#source.subscribe(listener);
  }

  close(): void {}

  #newest(): Summary[] {
    return this.#source.rows().map(summaryOfRow).reverse();
  }
}

function summaryOfRow({ id, method, path, status, start, figures }: PanelRequest): Summary {
  const { ms, queries = 0 } = figures;
  const sql = { count: queries, ms: 0, busy: 0, wait: 0, waiting: 0, time: 0, errors: 0 };
  return {
    ...{ id, method, url: path, start, state: 'done' as const, findings: [], spans: queries },
    ...(status > 0 && { status }),
    ...(ms !== undefined && { duration: ms }),
    totals: queries > 0 ? { sql } : {},
  };
}
