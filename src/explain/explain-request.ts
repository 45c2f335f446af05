/** Types of EXPLAIN requests and of the plans that they result in, the same for every dialect. */

import type { Remark } from '../insight/plan/plan.js';
import type { DatabaseQuery, QueryRow } from './query-channel.js';

/** Options of an EXPLAIN request. */
export interface ExplainOptions {
  /** Runs the statement, for actual times and row counts. */
  analyze: boolean;
  /** Substitutes NULL for values that were not recorded. */
  nulls: boolean;
}

/** A plan with remarks on it. */
export interface StatementPlan {
  /** The statement as it was recorded. */
  statement: string;
  /** The EXPLAIN command without the statement: `EXPLAIN (ANALYZE, BUFFERS)`. */
  asked: string;
  /** `PostgreSQL 16.3`, `MariaDB 10.11.6`. */
  server: string;
  /** The plan's lines as the server returned them. */
  plan: string[];
  remarks: Remark[];
  /** Circumstances that matter for reading the plan. */
  notes: string[];
}

/** Statements to run before and after a query on its connection. */
export type SurroundingStatements = [before: string[], after: string[]];

/** An EXPLAIN request with its statement and the channel to the database. */
export interface ExplainRequest extends ExplainOptions {
  statement: string;
  values: unknown;
  /** Names of the values that were not recorded. */
  missing: string[];
  /** Runs queries on one connection, within the statements `before` and `after`. */
  query(surrounding: SurroundingStatements, ...queries: DatabaseQuery['ask']): Promise<QueryRow[][]>;
}

/** Clause on why values are missing, which a sentence can go on from. */
export function missingValuesMessage(missing: string[]): string {
  return `${missing.join(', ')} ${missing.length === 1 ? 'was' : 'were'} masked, or too long to be recorded whole`;
}
