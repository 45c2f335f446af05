/** Heads of the list's columns, which sort by them. */

import type { SortKey } from '../../../feed/feed.js';
import { usePage } from '../hooks/page-context.js';

/** A column: its head, its class, and what it sorts by. */
export interface TableColumn {
  head: string;
  className: string;
  by?: SortKey;
  /** What the head is short for. */
  title?: string;
}

/** Row of heads. */
export function TableHead({ columns }: { columns: readonly TableColumn[] }) {
  return (
    <div role="rowgroup" className="list-head">
      <div role="row" className="grid">
        {columns.map((column) => (
          <HeadCell key={column.className} column={column} />
        ))}
      </div>
    </div>
  );
}

function HeadCell({ column: { head, className, by, title } }: { column: TableColumn }) {
  const { state, go } = usePage();
  const { list } = state;
  const isSorted = by === list.sort.by;
  // Largest first, but names from A to Z.
  const isDown = (by === 'path') === list.sort.reverse;
  const sort = isSorted ? (isDown ? 'descending' : 'ascending') : undefined;
  return (
    <div role="columnheader" className={`cell ${className}`} aria-sort={sort} title={title}>
      {by === undefined ? (
        head
      ) : (
        <button
          type="button"
          className="head-button"
          onClick={() => go({ ...list, sort: { by, reverse: isSorted && !list.sort.reverse } })}
        >
          {head}
          <span className="head-arrow" aria-hidden="true">
            {isSorted ? (isDown ? '↓' : '↑') : ''}
          </span>
        </button>
      )}
    </div>
  );
}
