/** A statement whose plan is asked for, and the plan: what each dialect is given, and returns. */

import type { Remark } from '../insight/plan/plan.js';
import type { DatabaseQuery, QueryRow } from './query-channel.js';

/** How to explain. */
export interface ExplainOptions {
  /** Runs the statement, and tells what it really did. */
  analyze: boolean;
  /** Takes NULL for values that were not recorded. */
  nulls: boolean;
}

/** A plan, and what there is to say about it. */
export interface StatementPlan {
  /** As it was recorded. */
  statement: string;
  /** What was asked, without the statement: `EXPLAIN (ANALYZE, BUFFERS)`. */
  asked: string;
  /** `PostgreSQL 16.3`, `MariaDB 10.11.6`. */
  server: string;
  /** The server's own lines. */
  plan: string[];
  remarks: Remark[];
  /** What one has to know to read it right. */
  notes: string[];
}

/** A statement on its way to a server. */
export interface ExplainRequest extends ExplainOptions {
  statement: string;
  values: unknown;
  /** Names of the values that were not recorded. */
  missing: string[];
  /** Asks; `around` are the statements before and after. */
  ask(around: [before: string[], after: string[]], ...ask: DatabaseQuery['ask']): Promise<QueryRow[][]>;
}

/** Answers why values are missing, as a sentence that may go on. */
export function missingValuesMessage(missing: string[]): string {
  return `${missing.join(', ')} ${missing.length === 1 ? 'was' : 'were'} masked, or too long to be recorded whole`;
}
