/**
 * Queries on the app's own pool: sent to the process that ran a statement, or to another process of
 * the app.
 */

import type { AppConnection } from '../collector/link-server.js';
import type { Span, Trace } from '../domain/trace.js';
import { dialectOf } from '../insight/libraries.js';
import type { SurroundingStatements } from './explain-request.js';
import { type DatabaseQuery, type QueryChannel, QueryError, type QueryRow } from './query-channel.js';

/** Runs queries on one connection, within the statements `before` and `after`. */
export type AppQuery = (
  surrounding: SurroundingStatements,
  ...queries: DatabaseQuery['ask']
) => Promise<QueryRow[][]>;

/** A call, and the connections by which its app is reached. */
export interface AppCall {
  trace: Trace;
  span: Span;
  queryChannel: QueryChannel;
  connections: AppConnection[];
}

/**
 * Result of `work`, and a note where another process ran its queries. Rejects with an Error whose
 * message has the reason and the remedy.
 */
export async function onApp<T>(
  { trace, span, queryChannel, connections }: AppCall,
  work: (query: AppQuery) => Promise<T>,
): Promise<{ result: T; note?: string }> {
  const { library, detail } = span;
  // SQLite has no connections: the agent knows the database by its number.
  const id = dialectOf(trace, library) === 'sqlite' ? detail?.source : detail?.connection;
  const connection = typeof id === 'number' ? id : undefined;
  let reason: Error = noProcessError(trace);
  for (const { appConnection, isSameProcess } of candidateConnections(trace, connections)) {
    const query: AppQuery = ([before, after], ...queries) => {
      const sameConnection = isSameProcess && connection !== undefined ? { connection } : {};
      return queryChannel.query(appConnection, { library, ...sameConnection, before, after, ask: queries });
    };
    try {
      const result = await work(query);
      if (isSameProcess) return { result };
      return {
        result,
        note: `The process that ran it has ended; pid ${appConnection.pid} was used instead.`,
      };
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      reason = new Error(queryFailure(error, library));
      // Another process may have used the database that this process has not.
      if (error.trouble !== undefined && error.trouble !== 'unseen') throw reason;
    }
  }
  throw reason;
}

/**
 * Connections to try: those of the call's process, else those of the app's other processes, newest
 * first.
 */
function candidateConnections(
  { app }: Trace,
  connections: AppConnection[],
): { appConnection: AppConnection; isSameProcess: boolean }[] {
  const ofProcess = connections.filter(({ pid }) => pid === app?.pid);
  if (ofProcess.length > 0) return ofProcess.map((appConnection) => ({ appConnection, isSameProcess: true }));
  return [...connections].reverse().map((appConnection) => ({ appConnection, isSameProcess: false }));
}

function noProcessError({ app }: Trace): Error {
  return new Error(
    `No process of the app is connected. Is it starting? ${app === undefined ? '' : `It was: ${app.command}`}`.trim(),
  );
}

/** Why a query through the app failed, for the user. */
export function queryFailure({ trouble, message }: QueryError, library: string): string {
  switch (trouble) {
    case 'unseen':
      return `The app has not used ${library} since it was started. Send it a request that does, and ask again.`;
    case 'several':
      return `The connection that ran it is closed, and the app has several databases. Send the request again, and explain the new one.`;
    case 'busy':
      return 'No connection got free within 5 s: the pool of the app is exhausted. Ask again when it is idle.';
    case 'slow':
      return message || 'The database has not answered within 5 s; the connection was closed.';
    case 'refused':
      return `The database refuses: ${message}`;
    default:
      return 'The app has ended meanwhile. Ask again when it is back.';
  }
}
