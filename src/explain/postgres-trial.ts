/** PostgreSQL as a server to try statements on. */

import { fixedColumnsOf } from '../insight/rewrite/fixed-columns.js';
import { functionsOf, operatorsOf } from '../insight/rewrite/refusal.js';
import { SqlWriter } from '../insight/rewrite/sql-writer.js';
import type { Template } from '../insight/rewrite/template.js';
import { piecesOf, WHITESPACE } from '../insight/sql/pieces.js';
import type { AppQuery } from './app-query.js';
import type { SurroundingStatements } from './explain-request.js';
import type { TrialServer } from './loop-trial.js';
import { type QueryRow, unlessRefused } from './query-channel.js';

const READ_ONLY: SurroundingStatements = [
  ['BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', "SET LOCAL statement_timeout = '4s'"],
  ['ROLLBACK'],
];

// A quoted name may have capitals.
const VOLATILE_SQL = `SELECT p.proname::text || '()' AS name FROM pg_catalog.pg_proc p
    WHERE lower(p.proname) = ANY($1::text[]) AND p.provolatile = 'v'
  UNION SELECT 'The operator ' || o.oprname FROM pg_catalog.pg_operator o
    JOIN pg_catalog.pg_proc p ON p.oid = o.oprcode
    WHERE o.oprname = ANY($2::text[]) AND p.provolatile = 'v' ORDER BY name`;

/** Whether a unique index of the table has no other columns; partial ones and expressions do not count. */
const UNIQUE_SQL = `SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_index i
  WHERE i.indrelid = to_regclass($1) AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
  AND (SELECT array_agg(a.attname::text) FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey::int2[])) <@ $2::text[])::text AS is_unique`;

// `character` and `bit` without a length have a length of one.
const TYPES_SQL = `SELECT u.n::text AS n, CASE WHEN t.typname IN ('bpchar', 'bit') THEN 'pg_catalog.' || t.typname
    ELSE format_type(t.oid, NULL) END AS type
  FROM pg_catalog.pg_prepared_statements p, unnest(p.parameter_types) WITH ORDINALITY AS u(oid, n)
  JOIN pg_catalog.pg_type t ON t.oid = u.oid WHERE p.name = 'scooby_try'`;

/** Version, volatile functions and operators, unique index, and the types of the values. */
export async function postgresTrialServer(query: AppQuery, template: Template): Promise<TrialServer> {
  const fixed = fixedColumnsOf(template);
  const [[version] = [], [unique] = []] = await query(
    READ_ONLY,
    { sql: 'SHOW server_version' },
    { sql: UNIQUE_SQL, values: [fixed?.table ?? '""', fixed?.columns ?? []] },
  );
  const plan = await planText(query, template);
  const [first] = await volatilesOf(query, template, plan);
  return {
    name: `PostgreSQL ${String(version?.server_version).split(' ')[0]}`,
    facts: {
      hasLateral: true,
      hasWindows: true,
      types: await typesOf(query, template),
      isUnique: fixed !== undefined && String(unique?.is_unique) === 'true',
    },
    ...(first && {
      refusal: `${String(first.name)} is volatile: it may do more than read, or give another value at each call. A function that only reads is declared STABLE.`,
    }),
    surrounding: READ_ONLY,
  };
}

/** Plan of a call: it names what views, row policies and computed columns call, too. */
async function planText(query: AppQuery, { terms, calls }: Template): Promise<string> {
  const { sql, values } = new SqlWriter('pg').terms(terms, calls[0]!);
  const [rows = []] = await unlessRefused(
    query(READ_ONLY, { sql: `EXPLAIN (VERBOSE, COSTS OFF) ${sql}`, values }),
  );
  return rows.map((row) => String(Object.values(row)[0])).join('\n');
}

/** Volatile functions and operators of a statement and of its plan. */
async function volatilesOf(query: AppQuery, { terms }: Template, plan: string): Promise<QueryRow[]> {
  const all = [...terms, ...piecesOf(plan, 'pg')].filter(({ kind }) => kind < WHITESPACE);
  const values = [functionsOf(all), operatorsOf(all)];
  const [rows = []] = await query(READ_ONLY, { sql: VOLATILE_SQL, values });
  return rows;
}

/**
 * Types of the values, which the server infers as it prepares the statement; none where it does not.
 * Prepared statements outlive a rollback, so it is dropped in the same order.
 */
async function typesOf(query: AppQuery, template: Template): Promise<Map<number, string>> {
  const slots: number[] = [];
  const writer = new SqlWriter('pg');
  const isTyped = (slot: number) =>
    template.calls[0]![slot]!.literal === undefined || template.varying.has(slot);
  writer.terms(template.terms, template.calls[0]!, (slot) => {
    if (!isTyped(slot)) return undefined;
    slots.push(slot);
    return `$${slots.length}`;
  });
  const [, rows = []] = await unlessRefused(
    query(
      READ_ONLY,
      // With values, even none, the server takes a single statement only.
      { sql: `PREPARE scooby_try AS ${writer.sql}`, values: [] },
      { sql: TYPES_SQL },
      { sql: 'DEALLOCATE scooby_try' },
    ),
  );
  return new Map(rows.map(({ n, type }) => [slots[Number(n) - 1]!, String(type)]));
}
