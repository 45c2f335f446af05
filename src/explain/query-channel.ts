/**
 * Channel for database queries through the app: sends an order to an app process and awaits the
 * line with the rows.
 */

import type { AppConnections } from '../collector/app-connections.js';
import type { CollectorClient } from '../collector/collector-client.js';
import type { AppConnection } from '../collector/link-server.js';
import type { ExplainOrder, ExplainTrouble, LinkLine } from '../domain/link.js';

/** A row as an object by column names. */
export type QueryRow = Record<string, unknown>;

/** Queries and their connection; see ExplainOrder. */
export type DatabaseQuery = Omit<ExplainOrder, 't' | 'n' | 'patience'>;

/** A query failed. `trouble` is missing where the process has exited. */
export class QueryError extends Error {
  override name = 'QueryError';
  readonly trouble: ExplainTrouble | undefined;

  constructor(trouble: ExplainTrouble | undefined, message = '') {
    super(message);
    this.trouble = trouble;
  }
}

/** Rows of queries; none where the database refuses one of them. */
export async function unlessRefused(rows: Promise<QueryRow[][]>): Promise<QueryRow[][]> {
  try {
    return await rows;
  } catch (error) {
    if (error instanceof QueryError && error.trouble === 'refused') return [];
    throw error;
  }
}

type ResponseLine = Extract<LinkLine, { t: 'answer' }>;

const QUERY_MS = 5000;
// The agent waits QUERY_MS for a connection and QUERY_MS for the rows; 2 s are for the link.
const TOTAL_MS = 2 * QUERY_MS + 2000;
const SILENT_APP = `The app has not answered within ${TOTAL_MS / 1000} s: something may block its event loop. Ask again.`;

/** Sends queries to the connected processes of the app; their answers come from the collector. */
export class QueryChannel {
  #connections: AppConnections;
  #pending = new Map<
    number,
    { appConnection: AppConnection; settle(response: ResponseLine | QueryError): void }
  >();
  #lastQuery = 0;

  constructor(connections: AppConnections, collector: CollectorClient) {
    this.#connections = connections;
    collector.on('answer', (response, appConnection) => {
      const pending = this.#pending.get(response.n);
      if (pending?.appConnection === appConnection) pending.settle(response);
    });
    connections.on('left', () => {
      const connected = new Set(connections.all);
      for (const { appConnection, settle } of this.#pending.values())
        if (!connected.has(appConnection)) settle(new QueryError(undefined));
    });
  }

  /**
   * Rows of each statement; rejects with a QueryError when the query fails or the process exits.
   */
  query(appConnection: AppConnection, databaseQuery: DatabaseQuery): Promise<QueryRow[][]> {
    return new Promise((resolve, reject) => {
      const n = ++this.#lastQuery;
      const settle = (response: ResponseLine | QueryError) => {
        clearTimeout(timer);
        this.#pending.delete(n);
        if (response instanceof QueryError) reject(response);
        else if (Array.isArray(response.rows)) resolve(response.rows);
        else reject(new QueryError(response.trouble ?? 'refused', response.message));
      };
      const timer = setTimeout(() => settle(new QueryError('slow', SILENT_APP)), TOTAL_MS);
      if (!this.#connections.all.includes(appConnection)) return settle(new QueryError(undefined));
      this.#pending.set(n, { appConnection, settle });
      appConnection.send({ t: 'ask', n, patience: QUERY_MS, ...databaseQuery });
    });
  }
}
