/**
 * Plans of recorded statements: sent to the app process that ran the statement, or to another
 * process of the app.
 */

import type { AppConnection } from '../collector/link-server.js';
import type { Planner } from '../domain/library.js';
import type { Span, Trace } from '../domain/trace.js';
import { dialectOf, libraryOf } from '../insight/libraries.js';
import { explainRefusal } from '../insight/plan/statement.js';
import { recordedValues } from '../insight/plan/values.js';
import type { ExplainOptions, ExplainRequest, StatementPlan } from './explain-request.js';
import { mysqlPlan } from './mysql.js';
import { postgresPlan } from './postgres.js';
import { type QueryChannel, QueryError } from './query-channel.js';

type PlanOf = (request: ExplainRequest) => Promise<StatementPlan>;

const PLANNERS: Record<Planner, PlanOf> = {
  postgres: postgresPlan,
  mysql: mysqlPlan,
};

/**
 * Plan of an SQL call, made by the app's own process on its own pool. Rejects with an Error whose
 * message has the reason and the remedy.
 */
export async function explain(
  { trace, span, options }: { trace: Trace; span: Span; options: ExplainOptions },
  queryChannel: QueryChannel,
  connections: AppConnection[],
): Promise<StatementPlan> {
  const { library, name: statement, detail } = span;
  if (span.kind !== 'sql') throw new Error(`This is no SQL but a call of the kind ${span.kind}.`);
  const planOf = plannerOf(trace, library);
  const dialect = dialectOf(trace, library);
  const refusal = explainRefusal(statement, dialect, options.analyze);
  if (refusal !== undefined) throw new Error(refusal);
  const { values, missing } = recordedValues(span, dialect);
  const connection = typeof detail?.connection === 'number' ? detail.connection : undefined;
  const candidates = candidateConnections(trace, connections);
  let reason: Error = noProcessError(trace);
  for (const { appConnection, isSameProcess } of candidates) {
    const query: ExplainRequest['query'] = ([before, after], ...queries) => {
      const sameConnection = isSameProcess && connection !== undefined ? { connection } : {};
      return queryChannel.query(appConnection, { library, ...sameConnection, before, after, ask: queries });
    };
    try {
      const plan = await planOf({ ...options, statement, values, missing, query });
      if (!isSameProcess)
        plan.notes.push(`The process that ran it has ended; pid ${appConnection.pid} was used instead.`);
      return plan;
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      reason = new Error(failureMessage(error, library));
      // Another process may have used the database that this process has not.
      if (error.trouble !== undefined && error.trouble !== 'unseen') throw reason;
    }
  }
  throw reason;
}

/**
 * Throws where the library's instrument declares no planner: statements are never sent to an
 * unknown server.
 */
function plannerOf(trace: Trace, library: string): PlanOf {
  const { explain: planner, dialect } = libraryOf(trace, library);
  if (planner !== undefined && Object.hasOwn(PLANNERS, planner)) return PLANNERS[planner];
  const refusal =
    dialect === undefined
      ? `It is not known which SQL ${library} speaks, so it has no plans.`
      : `Plans cannot be requested through ${library}; docs/libraries.md has the libraries that can.`;
  throw new Error(refusal);
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

function failureMessage({ trouble, message }: QueryError, library: string): string {
  switch (trouble) {
    case 'unseen':
      return `The app has not used ${library} since it was started. Send it a request that does, and ask again.`;
    case 'several':
      return `The connection that ran it is closed, and the app has several databases. Send the request again, and explain the new one.`;
    case 'busy':
      return 'No connection got free within 5 s: the pool of the app is exhausted. Ask again when it is idle.';
    case 'slow':
      return 'The database has not answered within 5 s; the connection was closed.';
    case 'refused':
      return `The database refuses: ${message}`;
    default:
      return 'The app has ended meanwhile. Ask again when it is back.';
  }
}
