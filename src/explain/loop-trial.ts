/** Types of a trial: a loop beside the one statement that would replace it, run on the app's own database. */

import type { RowComparison } from '../insight/rewrite/compare-rows.js';
import type { Template } from '../insight/rewrite/template.js';
import type { Replacement, ServerFacts } from '../insight/rewrite/types.js';
import type { AppQuery } from './app-query.js';
import type { SurroundingStatements } from './explain-request.js';

/** Which calls to replace. */
export interface TrialOptions {
  /** Indices of the loop's calls in the trace's spans. */
  spans: number[];
  /** Values of placeholders that were masked, by their names: `$2`, `value 1`, `:name`. */
  given: Record<string, unknown>;
}

/** What came out. */
export interface LoopTrial extends Pick<Replacement, 'kind' | 'values'> {
  /** The statement with placeholders, to copy. */
  statement: string;
  /** The statement with the values written in, to be run by hand. */
  script: string;
  /** `PostgreSQL 16.3`. */
  server: string;
  /** The loop as it was recorded. */
  loop: { calls: number; ms: number; rows?: number };
  /** The one statement, as it was run just now. */
  one: { ms: number; rows: number };
  /** Those of the loop's statements that were run again just now, for their rows. */
  again: { calls: number; ms: number };
  comparison: RowComparison;
  notes: string[];
}

/** How a type of server is asked. */
export interface TrialServer {
  /** `PostgreSQL 16.3`. */
  name: string;
  facts: ServerFacts;
  /** A sentence on what of the statement does more than read. */
  refusal?: string;
  /** A read-only transaction with a time limit, in which all statements see the same rows. */
  surrounding: SurroundingStatements;
  /** Runs statements elsewhere than on a connection of the app. */
  query?: AppQuery;
  /** To be called when all has been run. */
  close?(): Promise<void>;
}

/** Asks a server for what it is, and what it says of a loop's statement. */
export type TrialServerOf = (query: AppQuery, template: Template) => Promise<TrialServer>;
