/** The list's rows: only those on the screen are drawn, however many there are. */

import { memo, type RefObject, useMemo } from 'react';
import type { ListData } from '../../../screens/list-data.js';
import { usePage } from '../hooks/page-context.js';
import { useHeadlines } from '../hooks/use-headlines.js';
import type { VirtualRows } from '../parts/virtual-rows.js';
import { RequestCard, RequestRow } from './RequestRow.js';
import { type TableColumn, TableHead } from './TableHead.js';

const COLUMNS: TableColumn[] = [
  { head: 'Request', className: 'cell-path', by: 'path' },
  { head: 'Status', className: 'cell-status', by: 'status' },
  { head: 'Time', className: 'cell-time', by: 'duration' },
  { head: 'Queries', className: 'cell-queries number', by: 'queries' },
  { head: 'SQL time', className: 'cell-qtime number', by: 'qtime' },
  { head: 'Cache', className: 'cell-cache number', title: 'cache calls' },
  { head: 'Found', className: 'cell-finding', by: 'win', title: 'largest win first' },
  { head: 'Age', className: 'cell-age number', by: 'time' },
];

/** Pixels of a row and of a card. */
export const ROW_HEIGHT = 36;
export const CARD_HEIGHT = 66;

// Scrolling draws the rows that come, and none of those that stay.
const TableRow = memo(RequestRow);
const CardRow = memo(RequestCard);

interface RequestTableProps {
  data: ListData;
  rows: VirtualRows;
  isCards: boolean;
  scroller: RefObject<HTMLDivElement | null>;
  selected: string | undefined;
}

/** The table. */
export function RequestTable({ data, rows, isCards, scroller, selected }: RequestTableProps) {
  const { feed, state, now } = usePage();
  const indexes = useMemo(
    () => Array.from({ length: Math.max(0, rows.to - rows.from) }, (_, n) => rows.from + n),
    [rows.from, rows.to],
  );
  const shown = indexes.map((index) => data.row(index));
  const headlineOfRow = useHeadlines(feed, shown);
  const longest = Math.max(1, ...shown.map((row) => row?.duration ?? 0));
  const Row = isCards ? CardRow : TableRow;
  return (
    <div
      role="table"
      aria-label="requests"
      aria-rowcount={data.count + 1}
      className={`list ${isCards ? 'list-cards' : ''}`}
    >
      {!isCards && <TableHead columns={COLUMNS} />}
      <div ref={scroller} className="list-scroller" tabIndex={0} role="rowgroup" aria-label="rows">
        <div role="presentation" style={{ height: rows.total, position: 'relative' }}>
          <div
            role="presentation"
            className="list-rows"
            style={{ transform: `translateY(${rows.offset}px)` }}
          >
            {indexes.map((index, n) => {
              const row = shown[n];
              return row === undefined ? (
                <div key={index} role="row" className={`row ${isCards ? 'card' : 'grid'} is-loading`}>
                  <div role="cell" className="cell cell-path">
                    <span className="skeleton" />
                    <span className="hidden">loading</span>
                  </div>
                </div>
              ) : (
                <Row
                  key={row.id}
                  row={row}
                  headline={headlineOfRow(row)}
                  isSelected={row.id === selected}
                  isMarked={state.marks.includes(row.id)}
                  now={now}
                  longest={longest}
                />
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}
