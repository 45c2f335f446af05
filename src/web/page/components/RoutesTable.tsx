/** List by route: what each costs in all, how slow it is, how many queries it runs. */

import { N_PLUS_ONE } from '../../../domain/finding-kinds.js';
import { escapeToOneLine, formatMs, formatWhole } from '../../../domain/text.js';
import type { RouteRow } from '../../../feed/feed.js';
import { routeFilter } from '../../../screens/list-query.js';
import { usePage } from '../hooks/page-context.js';
import { formatAddress, type ListAddress } from '../state/address.js';
import { MethodText } from './Badges.js';
import { type TableColumn, TableHead } from './TableHead.js';

const COLUMNS: TableColumn[] = [
  { head: 'Route', className: 'cell-path', by: 'path' },
  { head: 'Share of time', className: 'cell-share', by: 'time', title: 'of all requests together' },
  { head: 'Requests', className: 'cell-count number' },
  { head: 'Mean', className: 'cell-mean number' },
  { head: 'p95', className: 'cell-p95 number', by: 'duration' },
  { head: 'Queries', className: 'cell-queries number', by: 'queries', title: 'per request' },
  { head: 'SQL time', className: 'cell-qtime number', by: 'qtime', title: 'per request' },
  { head: 'Found', className: 'cell-finding', by: 'status', title: 'errors and repeated calls' },
];

/** Average of counts: with a tenth below 10. */
function averageText(average: number): string {
  return average < 10 && average % 1 !== 0 ? average.toFixed(1) : formatWhole(Math.round(average));
}

/** Address of a route's requests. */
export function routeAddress(row: Pick<RouteRow, 'method' | 'route'>, list: ListAddress): ListAddress {
  return {
    at: 'list',
    view: 'all',
    filter: routeFilter(row, list.filter),
    sort: { by: 'time', reverse: false },
  };
}

function RouteLine({ row, whole, isSelected }: { row: RouteRow; whole: number; isSelected: boolean }) {
  const { state } = usePage();
  const share = whole > 0 ? (row.count * row.mean) / whole : 0;
  return (
    <div role="row" className={`row grid grid-routes ${isSelected ? 'is-selected' : ''}`}>
      <div role="cell" className="cell cell-path">
        <a
          className="row-link"
          href={formatAddress(routeAddress(row, state.list))}
          tabIndex={isSelected ? 0 : -1}
        >
          <MethodText method={escapeToOneLine(row.method)} />
          <span className="path" title={escapeToOneLine(row.route)}>
            {escapeToOneLine(row.route)}
          </span>
        </a>
      </div>
      <div role="cell" className="cell cell-share">
        <span className="share" aria-hidden="true">
          <span style={{ width: `${Math.max(0.5, share * 100)}%` }} />
        </span>
        <span className="number">{Math.round(share * 100)}%</span>
      </div>
      <div role="cell" className="cell number cell-count">
        {formatWhole(row.count)}
      </div>
      <div role="cell" className="cell number dim cell-mean">
        {formatMs(row.mean)}
      </div>
      <div role="cell" className="cell number cell-p95">
        {formatMs(row.p95)}
      </div>
      <div role="cell" className="cell number cell-queries">
        {averageText(row.queries)}
      </div>
      <div role="cell" className="cell number dim cell-qtime">
        {row.queries > 0 ? formatMs(row.qtime) : ''}
      </div>
      <div role="cell" className="cell cell-finding">
        {row.errors > 0 && <span className="badge fill-error">ERR {formatWhole(row.errors)}</span>}
        {row.repeated > 0 && (
          <span className="badge fill-warn">
            {N_PLUS_ONE.badge} {formatWhole(row.repeated)}
          </span>
        )}
      </div>
    </div>
  );
}

/** The table. */
export function RoutesTable({ rows, selected }: { rows: readonly RouteRow[]; selected: number }) {
  const whole = rows.reduce((sum, { count, mean }) => sum + count * mean, 0);
  return (
    <div role="table" aria-label="routes" className="list list-routes">
      <TableHead columns={COLUMNS} />
      <div className="list-scroller" role="rowgroup" tabIndex={0} aria-label="rows">
        {rows.map((row, n) => (
          <RouteLine key={`${row.method} ${row.route}`} row={row} whole={whole} isSelected={n === selected} />
        ))}
      </div>
    </div>
  );
}
