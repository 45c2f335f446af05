/** Plans of recorded statements, made by the app's own process on its own pool. */

import type { AppConnection } from '../collector/link-server.js';
import type { Planner } from '../domain/library.js';
import type { Span, Trace } from '../domain/trace.js';
import { dialectOf, importRefusal, libraryOf, plannerNameOf } from '../insight/libraries.js';
import { explainRefusal } from '../insight/plan/statement.js';
import { recordedValues } from '../insight/plan/values.js';
import { onApp } from './app-query.js';
import type { ExplainOptions, ExplainRequest, StatementPlan } from './explain-request.js';
import { mysqlPlan } from './mysql.js';
import { falsePlaceholderRefusal } from './mysql-escapes.js';
import { postgresPlan } from './postgres.js';
import type { QueryChannel } from './query-channel.js';
import { sqlitePlan } from './sqlite.js';

type PlanOf = (request: ExplainRequest) => Promise<StatementPlan>;

const PLANNERS: Record<Planner, PlanOf> = {
  postgres: postgresPlan,
  mysql: mysqlPlan,
  sqlite: sqlitePlan,
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
  const { library, name: statement } = span;
  if (span.kind !== 'sql') throw new Error(`This is no SQL but a call of the kind ${span.kind}.`);
  const planOf = plannerOf(trace, library);
  const dialect = dialectOf(trace, library);
  const refusal =
    explainRefusal(statement, dialect, options.analyze) ??
    (dialect === 'mysql' ? falsePlaceholderRefusal([statement], library) : undefined);
  if (refusal !== undefined) throw new Error(refusal);
  const { values, missing } = recordedValues(span, dialect);
  const { result: plan, note } = await onApp({ trace, span, queryChannel, connections }, (query) =>
    planOf({ ...options, statement, values, missing, query }),
  );
  if (note !== undefined) plan.notes.push(note);
  return plan;
}

/**
 * Throws where the library's instrument declares no planner: statements are never sent to an
 * unknown server.
 */
function plannerOf(trace: Trace, library: string): PlanOf {
  const planner = plannerNameOf(trace, library);
  if (planner !== undefined) return PLANNERS[planner];
  const refusal =
    libraryOf(trace, library).dialect === undefined
      ? `It is not known which SQL ${library} speaks, so it has no plans.`
      : `Plans cannot be requested through ${library}; docs/libraries.md has the libraries that can.`;
  throw new Error(importRefusal(trace, library) ?? refusal);
}
