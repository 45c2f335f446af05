/** Remarks on tabular plans of MySQL and MariaDB. */

import { comparedByKind } from './compared-columns.js';
import { createIndexText } from './index-text.js';
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

/** Remarks on the plan of a statement. */
export function mysqlRemarks(rows: PlanRow[], statement: string): Remark[] {
  return rows.flatMap((row, n) => [
    ...scanRemarks(row, n, rows, statement),
    ...extraRemarks(row),
    ...estimateRemarks(row),
  ]);
}

function scanRemarks(row: PlanRow, n: number, rows: PlanRow[], statement: string): Remark[] {
  const { table, type } = row;
  if (typeof table !== 'string' || table.startsWith('<') || (type !== 'ALL' && type !== 'index')) return [];
  const rowCount = Number(row.rows ?? 0);
  const filtered = Number(row.r_filtered ?? row.filtered ?? 100);
  if (rowCount < MANY_ROWS && !(n > 0 && rowCount >= MANY_LOOPS)) return [];
  const compared = comparedByKind(statement, table, rows.length === 1, 'mysql');
  const columns = [...compared.equal, ...compared.range];
  if (filtered > 50 && columns.length === 0) return [];
  const subject =
    type === 'ALL' ? `All of ${table} is read` : `All of the index ${row.key} of ${table} is read`;
  const isInner = rows.slice(0, n).some((other) => other.id === row.id);
  const each = isInner ? ', once for each row of the tables before it' : '';
  const share = filtered < 100 ? `, of which some ${Math.round(filtered)} % fit` : '';
  const possible = typeof row.possible_keys === 'string' ? row.possible_keys : undefined;
  const index = possible === undefined ? createIndexText({ table, ...compared }, 'mysql') : undefined;
  const advice =
    possible === undefined
      ? `${indexAdvice(columns, table, [])}${index === undefined ? '' : ` A guess: ${index};`}`
      : `The index ${possible} was not worth it: most rows fit, or the comparison cannot use it.`;
  return [
    {
      kind: 'scan',
      table,
      text: `${subject}, about ${formatCountGrouped(rowCount)} rows${each}${share}. ${advice}`.trim(),
      ...(index !== undefined && { index }),
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
function estimateRemarks({ table, rows, r_rows, Extra }: PlanRow): Remark[] {
  if (typeof table !== 'string' || r_rows === null || r_rows === undefined) return [];
  if (/filesort|temporary/.test(String(Extra))) return [];
  const [expected, found] = [Number(rows), Number(r_rows)];
  const [low, high] = [Math.max(1, Math.min(expected, found)), Math.max(1, expected, found)];
  if (!(high >= MANY_ROWS / 10) || high / low < FAR_OFF) return [];
  const words = `${table} was expected to give ${formatCountGrouped(expected)} rows and gave ${formatCountGrouped(found)}, ${formatFactor(expected, found)}.`;
  return [{ kind: 'estimate', table, text: `${words} Run ANALYZE TABLE ${table}.` }];
}
