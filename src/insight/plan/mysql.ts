/** Reads the tabular plans of MySQL and MariaDB, and says in plain words what stands out. */

import { Lexer } from '../sql/lexer.js';
import { END, NAME, OPERATOR } from '../sql/token-kinds.js';
import { FAR_OFF, formatCountGrouped, indexAdvice, MANY_LOOPS, MANY_ROWS, type Remark } from './plan.js';

/** A row of EXPLAIN, by the names of its columns. */
export type PlanRow = Record<string, unknown>;

/** Answers the rows as the mysql client draws them. */
export function planTable(rows: PlanRow[]): string[] {
  const names = Object.keys(rows[0] ?? {});
  const text = (value: unknown) => (value === null || value === undefined ? 'NULL' : String(value));
  // MySQL 8's tree is one cell of lines.
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

/** Answers what stands out in a tabular plan of that statement. */
export function mysqlRemarks(rows: PlanRow[], statement: string): Remark[] {
  return rows.flatMap((row, n) => [...scan(row, n, rows, statement), ...extra(row), ...estimate(row)]);
}

function scan(row: PlanRow, n: number, rows: PlanRow[], statement: string): Remark[] {
  const { table, type } = row;
  if (typeof table !== 'string' || table.startsWith('<') || (type !== 'ALL' && type !== 'index')) return [];
  const all = Number(row.rows ?? 0);
  const filtered = Number(row.r_filtered ?? row.filtered ?? 100);
  if (all < MANY_ROWS && !(n > 0 && all >= MANY_LOOPS)) return [];
  const columns = comparedColumns(statement, table, rows.length === 1);
  if (filtered > 50 && columns.length === 0) return [];
  const whole =
    type === 'ALL' ? `All of ${table} is read` : `All of the index ${row.key} of ${table} is read`;
  const before = rows.slice(0, n).some((other) => other.id === row.id);
  const each = before ? ', once for each row of the tables before it' : '';
  const kept = filtered < 100 ? `, of which some ${Math.round(filtered)} % fit` : '';
  const possible = typeof row.possible_keys === 'string' ? row.possible_keys : undefined;
  const advice =
    possible === undefined
      ? indexAdvice(columns, table, [])
      : `The index ${possible} was not worth it: most rows fit, or the comparison cannot use it.`;
  return [
    {
      kind: 'scan',
      table,
      text: `${whole}, about ${formatCountGrouped(all)} rows${each}${kept}. ${advice}`.trim(),
    },
  ];
}

function extra({ table, Extra, rows }: PlanRow): Remark[] {
  const text = String(Extra ?? '');
  const few = Number(rows ?? 0) < MANY_ROWS;
  if (few) return [];
  const about = typeof table === 'string' && !table.startsWith('<') ? { table } : {};
  const remarks: Remark[] = [];
  if (/Using temporary/.test(text)) {
    const words =
      'The rows are put into a temporary table first (Using temporary), for GROUP BY, DISTINCT or ORDER BY.';
    remarks.push({
      kind: 'temporary',
      ...about,
      text: `${words} An index in the order of these columns may spare it.`,
    });
  }
  if (/Using filesort/.test(text)) {
    const words = 'The rows are sorted after they were found (Using filesort).';
    remarks.push({
      kind: 'sort',
      ...about,
      text: `${words} An index that ends in the columns of ORDER BY may give them in order.`,
    });
  }
  if (/Using join buffer/.test(text)) {
    const words = `${table} is joined without an index (Using join buffer).`;
    remarks.push({
      kind: 'loops',
      ...about,
      text: `${words} One on the column that joins it finds each row at once.`,
    });
  }
  return remarks;
}

/** MariaDB's ANALYZE tells both; where rows are sorted it counts them after that, and after the filter. */
function estimate({ table, rows, r_rows, Extra }: PlanRow): Remark[] {
  if (typeof table !== 'string' || r_rows === null || r_rows === undefined) return [];
  if (/filesort|temporary/.test(String(Extra))) return [];
  const [expected, found] = [Number(rows), Number(r_rows)];
  const [low, high] = [Math.max(1, Math.min(expected, found)), Math.max(1, expected, found)];
  if (!(high >= MANY_ROWS / 10) || high / low < FAR_OFF) return [];
  const words = `${table} was expected to give ${formatCountGrouped(expected)} rows and gave ${formatCountGrouped(found)}.`;
  return [{ kind: 'estimate', table, text: `${words} Run ANALYZE TABLE ${table}.` }];
}

/** Answers the columns of a table that a statement compares: `t.a = ?`, and `a = ?` where there is one table. */
export function comparedColumns(statement: string, table: string, alone: boolean): string[] {
  const lexer = new Lexer(statement, 'mysql');
  const columns: string[] = [];
  let owner = '';
  let name = '';
  let dotted = false;
  // In SET they are not compared.
  let within = false;
  for (let kind = lexer.read(); kind !== END; kind = lexer.read()) {
    const { text } = lexer;
    const compares =
      (kind === OPERATOR && /^(?:=|<|>|<=|>=|<=>)$/.test(text)) || /^(?:IN|LIKE|BETWEEN)$/.test(text);
    if (kind === NAME) {
      owner = dotted ? name : '';
      name = text;
      dotted = false;
    } else if (text === '.') dotted = true;
    else {
      if (/^(?:WHERE|ON|HAVING|SET)$/.test(text)) within = text !== 'SET';
      if (within && compares && name !== '' && (owner === table || (owner === '' && alone)))
        columns.push(name);
      owner = '';
      name = '';
    }
  }
  return [...new Set(columns)];
}
