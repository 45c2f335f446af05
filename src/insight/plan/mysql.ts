/** Remarks on tabular plans of MySQL and MariaDB. */

import { comparedByKind, orderColumnsOf, tableAliases } from './compared-columns.js';
import { createIndexText, hasIndexFor } from './index-text.js';
import type { JsonFacts } from './mysql-json.js';
import {
  FAR_OFF,
  formatCountGrouped,
  formatFactor,
  indexAdvice,
  MANY_LOOPS,
  MANY_ROWS,
  type Remark,
} from './plan.js';

/** Row of EXPLAIN, by column name. */
export type PlanRow = Record<string, unknown>;

/** Lines of a plan, with aligned columns as the mysql client prints them. */
export function planTable(rows: PlanRow[]): string[] {
  const names = Object.keys(rows[0] ?? {});
  const text = (value: unknown) => (value === null || value === undefined ? 'NULL' : String(value));
  // EXPLAIN FORMAT=TREE of MySQL 8 is one cell with several lines.
  if (names.length === 1) return rows.flatMap((row) => text(row[names[0]!]).replace(/\n$/, '').split('\n'));
  const cells = [names, ...rows.map((row) => names.map((name) => text(row[name])))];
  const widths = names.map((_, n) => Math.max(...cells.map((line) => line[n]!.length)));
  return cells.map((line) =>
    line
      .map((cell, n) => cell.padEnd(widths[n]!))
      .join('  ')
      .trimEnd(),
  );
}

/** What is known of a plan besides its rows. */
export interface PlanFacts extends JsonFacts {
  /** Columns of the indexes of each table, by its name in the statement. */
  indexes: Map<string, string[][]>;
}

const NO_FACTS: PlanFacts = {
  ...{ indexes: new Map(), conditions: new Map(), figures: new Map() },
  sortPasses: 0,
};

/** Remarks on the plan of a statement. */
export function mysqlRemarks(rows: PlanRow[], statement: string, facts: PlanFacts = NO_FACTS): Remark[] {
  return [
    ...rows.flatMap((row, n) => [
      ...scanRemarks(row, n, rows, statement, facts),
      ...extraRemarks(row),
      ...estimateRemarks(row, facts),
    ]),
    ...treeRemarks(facts),
    ...passRemarks(facts),
  ];
}

function scanRemarks(
  row: PlanRow,
  n: number,
  rows: PlanRow[],
  statement: string,
  { indexes, conditions, figures }: PlanFacts,
): Remark[] {
  const { table, type } = row;
  if (typeof table !== 'string' || table.startsWith('<') || (type !== 'ALL' && type !== 'index')) return [];
  const measured = figures.get(table);
  const rowCount = measured?.found ?? Number(row.r_rows ?? row.rows ?? 0);
  const filtered = measured
    ? (measured.fit / Math.max(1, measured.read)) * 100
    : Number(row.r_filtered ?? row.filtered ?? 100);
  if (rowCount < MANY_ROWS && !(n > 0 && rowCount >= MANY_LOOPS)) return [];
  const compared =
    conditions.size > 0
      ? comparedByServer(table, conditions.get(table) ?? [])
      : comparedByKind(statement, table, rows.length === 1, 'mysql');
  const columns = [...compared.equal, ...compared.range];
  if (filtered > 50 && columns.length === 0) return [];
  const subject =
    type === 'ALL' ? `All of ${table} is read` : `All of the index ${row.key} of ${table} is read`;
  const isInner = rows.slice(0, n).some((other) => other.id === row.id);
  const each = isInner ? ', once for each row of the tables before it' : '';
  const isMeasured = measured !== undefined || (row.r_rows !== undefined && row.r_rows !== null);
  const count = `${isMeasured ? '' : 'about '}${formatCountGrouped(rowCount)} rows`;
  return [
    {
      kind: 'scan',
      table,
      ...withIndex(
        `${subject}, ${count}${each}${shareText(filtered, rowCount, isMeasured)}.`,
        { table: tableAliases(statement, 'mysql').get(table) ?? table, ...compared },
        { row, columns, indexes: indexes.get(table), isSingle: rows.length === 1, statement },
      ),
    },
  ];
}

/** Columns that the server compares: it knows whose a bare name is, and what is compared elsewhere. */
function comparedByServer(table: string, conditions: string[]): { equal: string[]; range: string[] } {
  return comparedByKind(conditions.join(' AND '), table, false, 'mysql', true);
}

function shareText(filtered: number, rowCount: number, isMeasured: boolean): string {
  if (filtered >= 100) return '';
  if (isMeasured) return `, for the ${formatCountGrouped((rowCount * filtered) / 100)} that fit`;
  return `, of which some ${Math.round(filtered)} % fit`;
}

/** Text with advice, and the index that the condition and the order ask for where there is none. */
function withIndex(
  words: string,
  compared: { table: string; equal: string[]; range: string[] },
  plan: {
    row: PlanRow;
    columns: string[];
    indexes: string[][] | undefined;
    isSingle: boolean;
    statement: string;
  },
): Pick<Remark, 'text' | 'index'> {
  const { row, columns, indexes = [], isSingle, statement } = plan;
  const begun = indexes.flatMap(([first]) => first ?? []);
  // Those of a join begin with none of the columns that are compared.
  const isOfJoin =
    begun.length > 0 && columns.length > 0 && !columns.some((column) => begun.includes(column));
  if (typeof row.possible_keys === 'string' && !isOfJoin)
    return {
      text: `${words} The index ${row.possible_keys} was not worth it: most rows fit, or the comparison cannot use it.`,
    };
  const order = orderColumnsOf(statement, String(row.table), isSingle, 'mysql');
  const wish = { ...compared, order };
  const index = hasIndexFor(wish, indexes) ? undefined : createIndexText(wish, 'mysql');
  const advice = indexAdvice(columns, compared.table, begun);
  const isNew = index !== undefined && (advice === '' || advice.startsWith('An index'));
  const text = `${words} ${advice}`.trim();
  return isNew && advice !== '' ? { text: `${text} A guess: ${index};`, index } : { text };
}

// Of a tree or of JSON; the rows of MariaDB's ANALYZE have them where nothing is sorted.
function treeRemarks({ figures }: PlanFacts): Remark[] {
  return [...figures].flatMap(([table, { expected, found }]) =>
    expected === undefined ? [] : estimateRemark(table, expected, found),
  );
}

function passRemarks({ sortPasses }: PlanFacts): Remark[] {
  if (sortPasses === 0) return [];
  return [
    {
      kind: 'sort',
      text: `The sort did not fit in memory and was written to disk, in ${formatCountGrouped(sortPasses)} merge passes. Sort less, by way of an index or a LIMIT, or raise sort_buffer_size.`,
    },
  ];
}

function extraRemarks({ table, Extra, rows }: PlanRow): Remark[] {
  const text = String(Extra ?? '');
  if (Number(rows ?? 0) < MANY_ROWS) return [];
  const tableField = typeof table === 'string' && !table.startsWith('<') ? { table } : {};
  const remarks: Remark[] = [];
  if (/Using temporary/.test(text)) {
    const words =
      'The rows are put into a temporary table first (Using temporary), for GROUP BY, DISTINCT or ORDER BY.';
    remarks.push({
      kind: 'temporary',
      ...tableField,
      text: `${words} An index in the order of these columns may spare it.`,
    });
  }
  if (/Using filesort/.test(text)) {
    const words = 'The rows are sorted after they were found (Using filesort).';
    remarks.push({
      kind: 'sort',
      ...tableField,
      text: `${words} An index that ends in the columns of ORDER BY may give them in order.`,
    });
  }
  if (/Using join buffer/.test(text)) {
    const words = `${table} is joined without an index (Using join buffer).`;
    remarks.push({
      kind: 'loops',
      ...tableField,
      text: `${words} One on the column that joins it finds each row at once.`,
    });
  }
  return remarks;
}

// Only MariaDB's ANALYZE has r_rows; for sorted tables they are counted after sort and filter.
function estimateRemarks({ table, rows, r_rows, Extra }: PlanRow, { figures }: PlanFacts): Remark[] {
  if (typeof table !== 'string' || figures.has(table) || r_rows === null || r_rows === undefined) return [];
  if (/filesort|temporary/.test(String(Extra))) return [];
  return estimateRemark(table, Number(rows), Number(r_rows));
}

function estimateRemark(table: string, expected: number, found: number): Remark[] {
  const [low, high] = [Math.max(1, Math.min(expected, found)), Math.max(1, expected, found)];
  if (!(high >= MANY_ROWS / 10) || high / low < FAR_OFF) return [];
  const words = `${table} was expected to give ${formatCountGrouped(expected)} rows and gave ${formatCountGrouped(found)}, ${formatFactor(expected, found)}.`;
  return [{ kind: 'estimate', table, text: `${words} Run ANALYZE TABLE ${table}.` }];
}
