/** SQL by table, as a table and as JSON. */

import { formatMs, terminalSafeJson } from '../../domain/text.js';
import type { TableTotals } from '../../insight/metrics/by-table.js';
import { cleanText, cutMiddle } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { type Cell, type Column, tableLines } from '../../terminal/table.js';

const COLUMNS: Column[] = [
  { head: 'TOTAL', align: 'right' },
  { head: 'COUNT', align: 'right' },
  { head: 'ERRORS', align: 'right', dropOrder: 0 },
  { head: 'TABLE', minWidth: 12 },
  { head: 'STATEMENTS', align: 'right', dropOrder: 2 },
  { head: 'COSTLIEST', minWidth: 24, dropOrder: 1 },
  { head: 'LINE', dropOrder: 3 },
  { head: 'WORST' },
];
/** Cells in a pipe, where no terminal sets a width. */
const MAX_PIPE_CELLS = 120;

/** Rows of tables; `short` abbreviates an id. */
export function byTableLines(
  tables: TableTotals[],
  short: (id: string) => string,
  format: OutputFormat,
): string[] {
  const width = Number.isFinite(format.width) ? format.width : MAX_PIPE_CELLS;
  const rows = tables.map(({ table, ms, count, errors, statements, costliest, worst }): Cell[] => [
    [formatMs(ms), 'bold'],
    [count.toLocaleString('en-US')],
    [errors > 0 ? errors.toLocaleString('en-US') : '', 'error'],
    table === '' ? ['no table', 'dim'] : [cutMiddle(cleanText(table), width)],
    [statements.toLocaleString('en-US')],
    [cutMiddle(cleanText(costliest.text), width)],
    [
      cutMiddle(cleanText(costliest.site ?? ''), Math.max(20, Math.floor(width / 3))) +
        (costliest.parts > 1 ? ` +${costliest.parts - 1}` : ''),
      'accent',
    ],
    [short(worst.id), 'accent'],
  ]);
  return tableLines(COLUMNS, rows, format);
}

/** A line for each table. */
export function byTableJson(tables: TableTotals[]): string[] {
  return tables.map(({ table, ms, count, errors, statements, costliest, worst }) => {
    const { text, site, ms: most } = costliest;
    return terminalSafeJson({
      ...{ table, ms, count, errors, statements },
      costliest: { text, ...(site !== undefined && { site }), ms: most },
      worst,
    });
  });
}
