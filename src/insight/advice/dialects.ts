/** Advice for statements in SQL, as code, by dialect and driver. test/insight/advice executes it. */

import type { Dialect } from '../../domain/library.js';

/** How SQL takes many values or rows at once. */
export interface SqlIdiom {
  /** Condition on a column with many values, and how they are passed. */
  many(column: string, placeholder: string): string;
  /** The same, for patterns. */
  pattern(column: string, operator: string, placeholder: string): string;
  /** Condition on several columns. */
  manyPairs(columns: string[], table: string): string;
  insert(table: string, columns: string[]): string;
  /** Update of rows to values of their own, by a column. */
  updateEach(table: string, changed: string[], key: string): string;
}

const bare = (column: string) => column.replace(/^.*\./, '');
const row = (columns: string[], value: string) => `(${columns.map(() => value).join(', ')})`;
const into = (table: string, columns: string[]) => `INSERT INTO ${table} (${columns.join(', ')}) VALUES`;
// $1, $2 …: the placeholders of row `n`.
const numbered = (columns: string[], n: number) =>
  `(${columns.map((_, at) => `$${n * columns.length + at + 1}`).join(', ')})`;
const sets = (table: string, changed: string[], value: (column: string) => string) =>
  `UPDATE ${table} SET ${changed.map((column) => `${column} = ${value(column)}`).join(', ')}`;

/** What every server takes. */
const STANDARD: SqlIdiom = {
  many: (column) => `\`WHERE ${column} IN (…)\` with a placeholder for each value`,
  pattern: likeAny,
  manyPairs: (columns) =>
    `one condition \`${columns.map((column) => `${column} = …`).join(' AND ')}\` for each pair, joined by OR`,
  insert: (table, columns) => `\`${into(table, columns)} (…), (…), …\``,
  updateEach: (_table, _changed, key) => `a CASE by \`${key}\` for each column that is set`,
};

export const DIALECT_IDIOMS: Record<Dialect, SqlIdiom> = {
  pg: {
    many: (column, placeholder) =>
      `\`WHERE ${column} = ANY(${placeholder || '$1'})\` with an array of all values`,
    pattern: (column, operator, placeholder) =>
      `\`WHERE ${column} ${operator} ANY(${placeholder || '$1'})\` with an array of all patterns`,
    manyPairs: (columns) =>
      `\`WHERE (${columns.join(', ')}) IN (${numbered(columns, 0)}, ${numbered(columns, 1)}, …)\` with the values of all`,
    insert: (table, columns) =>
      `\`${into(table, columns)} ${numbered(columns, 0)}, ${numbered(columns, 1)}, …\` with the values of all rows`,
    updateEach: (table, changed, key) =>
      `\`${sets(table, changed, (column) => `v.${column}`)} FROM json_populate_recordset(NULL::${table}, $1) AS v WHERE ${table}.${key} = v.${key}\` with all rows as JSON`,
  },
  mysql: {
    many: (column) => `\`WHERE ${column} IN (?)\` with an array of all values, through query()`,
    pattern: likeAny,
    manyPairs: (columns) =>
      `\`WHERE (${columns.join(', ')}) IN (?)\` with an array of all pairs, through query()`,
    insert: (table, columns) => `\`${into(table, columns)} ?\` with an array of rows, through query()`,
    updateEach: (table, changed, key) =>
      `\`${sets(table, changed, () => `CASE ${key} WHEN ? THEN ? … END`)} WHERE ${key} IN (?)\``,
  },
  sqlite: {
    many: (column, placeholder) =>
      `\`WHERE ${column} IN (SELECT value FROM json_each(${placeholder || '?'}))\` with all values as a JSON array`,
    pattern: likeAny,
    manyPairs: (columns) =>
      `\`WHERE (${columns.join(', ')}) IN (SELECT ${columns.map((_, at) => `value ->> ${at}`).join(', ')} FROM json_each(?))\` with all pairs as a JSON array of arrays`,
    insert: (table, columns) =>
      `\`${into(table, columns)} ${row(columns, '?')}, ${row(columns, '?')}, …\`, or keep the loop and put it into one transaction`,
    updateEach: (table, changed, key) =>
      `\`${sets(table, changed, (column) => `v.value ->> '${column}'`)} FROM json_each(?) AS v WHERE ${table}.${key} = v.value ->> '${key}'\` with all rows as JSON, or keep the loop and put it into one transaction`,
  },
  mssql: STANDARD,
  standard: STANDARD,
};

function likeAny(column: string, operator: string): string {
  return `\`WHERE ${column} ${operator} ? OR ${column} ${operator} ? …\` with all patterns`;
}

/** What drivers do otherwise than their dialect. */
export const DRIVER_IDIOMS: Record<string, Partial<SqlIdiom>> = {
  postgres: {
    many: (column) => `\`WHERE ${column} IN \${sql(values)}\``,
    pattern: (column, operator) => `\`WHERE ${column} ${operator} ANY(\${values})\``,
    manyPairs: (columns, table) =>
      `\`WHERE (${columns.join(', ')}) IN (SELECT ${columns.map(bare).join(', ')} FROM jsonb_populate_recordset(NULL::${table}, \${sql.json(pairs)}))\` with all pairs as objects`,
    insert: (table) => `\`INSERT INTO ${table} \${sql(rows)}\``,
    updateEach: (table, changed, key) =>
      `\`${sets(table, changed, (column) => `v.${column}`)} FROM jsonb_populate_recordset(NULL::${table}, \${sql.json(rows)}) AS v WHERE ${table}.${key} = v.${key}\``,
  },
};
