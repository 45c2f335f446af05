/** The plan of a recorded statement, asked of the database by the app that ran it, or by another process of it. */

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

const PLANNERS: Record<Planner, (about: ExplainRequest) => Promise<StatementPlan>> = {
  postgres: postgresPlan,
  mysql: mysqlPlan,
};

/** Answers the plan of a call; throws an Error whose message says why there is none and what to do. */
export async function explain(
  { trace, span, wish }: { trace: Trace; span: Span; wish: ExplainOptions },
  questions: QueryChannel,
  peers: AppConnection[],
): Promise<StatementPlan> {
  const { library, name: statement, detail } = span;
  if (span.kind !== 'sql') throw new Error(`This is no SQL but a call of the kind ${span.kind}.`);
  const planOf = plannerOf(trace, library);
  const dialect = dialectOf(trace, library);
  const why = explainRefusal(statement, dialect, wish.analyze);
  if (why !== undefined) throw new Error(why);
  const { values, missing } = recordedValues(span, dialect);
  const connection = typeof detail?.connection === 'number' ? detail.connection : undefined;
  const candidates = candidatesOf(trace, peers);
  let reason: Error = gone(trace);
  for (const { peer, own } of candidates) {
    const ask: ExplainRequest['ask'] = ([before, after], ...ask) => {
      const same = own && connection !== undefined ? { connection } : {};
      return questions.ask(peer, { library, ...same, before, after, ask });
    };
    try {
      const plan = await planOf({ ...wish, statement, values, missing, ask });
      if (!own) plan.notes.push(`The process that ran it has ended; pid ${peer.pid} was asked instead.`);
      return plan;
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      reason = new Error(sentence(error, library));
      // Another process may know what this one does not.
      if (error.trouble !== undefined && error.trouble !== 'unseen') throw reason;
    }
  }
  throw reason;
}

/** Throws where the library's instrument tells no way to ask for plans: an unknown server's statement is sent to none. */
function plannerOf(trace: Trace, library: string): (about: ExplainRequest) => Promise<StatementPlan> {
  const { explain: planner, dialect } = libraryOf(trace, library);
  if (planner !== undefined && Object.hasOwn(PLANNERS, planner)) return PLANNERS[planner];
  const why =
    dialect === undefined
      ? `It is not known which SQL ${library} speaks, so no plan can be asked for.`
      : `No plan can be asked for through ${library}; docs/libraries.md has the libraries that can.`;
  throw new Error(why);
}

/** Answers whom to ask: the process itself, else the others of the app. */
function candidatesOf({ app }: Trace, peers: AppConnection[]): { peer: AppConnection; own: boolean }[] {
  const own = peers.filter(({ pid }) => pid === app?.pid);
  if (own.length > 0) return own.map((peer) => ({ peer, own: true }));
  return [...peers].reverse().map((peer) => ({ peer, own: false }));
}

function gone({ app }: Trace): Error {
  return new Error(
    `No process of the app is connected. Is it starting? ${app === undefined ? '' : `It was: ${app.command}`}`.trim(),
  );
}

function sentence({ trouble, message }: QueryError, library: string): string {
  switch (trouble) {
    case 'unseen':
      return `The app has not used ${library} since it was started. Send it a request that does, and ask again.`;
    case 'several':
      return `The connection that ran it is closed, and the app has several databases. Send the request again, and explain that one.`;
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
