/** Totals of SQL by table, added up from those of statements. */

import { roundToMicros } from '../../domain/trace.js';
import { fingerprint } from '../sql/fingerprint.js';

/** Totals of one statement at all of its lines. */
interface StatementTotals {
  kind: string;
  /** Without its values. */
  text: string;
  site?: string;
  /** Number of its lines. */
  parts: number;
  ms: number;
  count: number;
  errors: number;
  worst: { id: string; ms: number };
}

/** Calls of all statements that name a table; a call that names two counts for both. */
export interface TableTotals {
  /** Empty for statements that name none. */
  table: string;
  ms: number;
  count: number;
  errors: number;
  /** How many different statements. */
  statements: number;
  /** The statement that took most. */
  costliest: StatementTotals;
  /** The request in which one of the statements took most. */
  worst: { id: string; ms: number };
}

/** Totals by table, the costliest first; calls that are no SQL are left out. */
export function totalsByTable(statements: StatementTotals[]): TableTotals[] {
  const byTable = new Map<string, TableTotals>();
  for (const statement of statements) {
    if (statement.kind !== 'sql') continue;
    const { tables } = fingerprint(statement.text, 'standard');
    for (const table of tables.length > 0 ? tables : ['']) add(byTable, table, statement);
  }
  return [...byTable.values()].sort((a, b) => b.ms - a.ms || b.count - a.count);
}

function add(byTable: Map<string, TableTotals>, table: string, statement: StatementTotals): void {
  const { ms, count, errors, worst } = statement;
  const known = byTable.get(table);
  if (known === undefined) {
    byTable.set(table, { table, ms, count, errors, statements: 1, costliest: statement, worst });
    return;
  }
  known.ms = roundToMicros(known.ms + ms);
  known.count += count;
  known.errors += errors;
  known.statements++;
  if (ms > known.costliest.ms) known.costliest = statement;
  if (worst.ms > known.worst.ms) known.worst = worst;
}
