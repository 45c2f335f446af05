/** Above the list: its filter, its view, and whether it follows. */

import { lossSentence } from '../../../domain/losses.js';
import { TICKS_FILTER, unlistedText } from '../../../domain/routine.js';
import { formatWhole } from '../../../domain/text.js';
import type { ListStats } from '../../../feed/feed.js';
import type { ListData } from '../../../screens/list-data.js';
import type { ListView } from '../../../screens/list-query.js';
import { usePage } from '../hooks/page-context.js';
import { formatAddress } from '../state/address.js';
import { FilterBar } from './FilterBar.js';
import { Icon } from './Icon.js';

const VIEWS: [view: ListView, title: string][] = [
  ['all', 'Requests'],
  ['routes', 'Routes'],
  ['errors', 'Errors'],
  ['n+1', 'N+1'],
];

function ViewLinks() {
  const { state } = usePage();
  return (
    <nav className="segments" aria-label="views">
      {VIEWS.map(([view, title]) => (
        <a
          key={view}
          href={formatAddress({
            ...state.list,
            view,
            sort:
              view === 'routes' || state.list.view === 'routes'
                ? { by: 'time', reverse: false }
                : state.list.sort,
          })}
          aria-current={view === state.list.view ? 'page' : undefined}
        >
          {title}
        </a>
      ))}
    </nav>
  );
}

/** How many match, what is left out, and what came since. */
function CountText({ data, stats }: { data: ListData; stats: ListStats | undefined }) {
  const { state, dispatch } = usePage();
  const { list, until, onlyMarked, isPaused } = state;
  const isNarrowed = list.filter !== '' || list.view !== 'all' || onlyMarked || list.from !== undefined;
  const count = data.stale ? '…' : `${formatWhole(data.count)}${data.counted ? '' : '+'}`;
  const noun = list.view === 'routes' ? 'routes' : 'requests';
  return (
    <div className="counts">
      <span className="number">
        {isNarrowed && list.view !== 'routes' && stats
          ? `${count} of ${formatWhole(stats.total)}`
          : `${count} ${noun}`}
      </span>
      {!isNarrowed && stats?.routine ? (
        <a className="dim" href={formatAddress({ ...list, filter: TICKS_FILTER })}>
          {unlistedText(stats.routine)}
        </a>
      ) : null}
      {onlyMarked && (
        <button type="button" className="chip" onClick={() => dispatch({ type: 'onlyMarked' })}>
          marked <Icon name="close" />
        </button>
      )}
      {isPaused ? (
        <button type="button" className="chip chip-warn" onClick={() => dispatch({ type: 'follow' })}>
          <Icon name="play" /> paused
        </button>
      ) : until !== undefined && data.fresh > 0 ? (
        <button type="button" className="chip chip-accent" onClick={() => dispatch({ type: 'follow' })}>
          ↑ {formatWhole(data.fresh)} new
        </button>
      ) : null}
    </div>
  );
}

/** The toolbar. */
export function ListToolbar({ data, stats }: { data: ListData; stats: ListStats | undefined }) {
  return (
    <div className="toolbar">
      <ViewLinks />
      <FilterBar />
      <CountText data={data} stats={stats} />
      {stats?.losses?.map((loss) => (
        <p key={loss.reason} className="losses role-warn">
          {lossSentence(loss)}
        </p>
      ))}
    </div>
  );
}
