/** A list without rows: why, and what to do. */

import { TICKS_FILTER, unlistedText } from '../../../domain/routine.js';
import { formatWhole } from '../../../domain/text.js';
import type { ListStats } from '../../../feed/feed.js';
import { usePage } from '../hooks/page-context.js';
import { FIRST_LIST, formatAddress } from '../state/address.js';
import { CopyButton } from './CopyButton.js';
import { SafeLink } from './SafeLink.js';

/** Text in place of the rows. */
export function EmptyList({ stats }: { stats: ListStats | undefined }) {
  const { state, status } = usePage();
  const { list, onlyMarked } = state;
  const isNarrowed = list.filter !== '' || list.view !== 'all' || onlyMarked || list.from !== undefined;
  if (isNarrowed)
    return (
      <div className="empty">
        <h2>Nothing matches</h2>
        <p>
          0 of {formatWhole(stats?.total ?? 0)} requests{' '}
          {list.filter === '' ? 'are of this view' : `match “${list.filter}”`}.
        </p>
        <a className="button" href={formatAddress(FIRST_LIST)}>
          Show all
        </a>
      </div>
    );
  return (
    <div className="empty">
      {status.live ? <Waiting url={status.url} isStarting={status.starting === true} /> : <NotRunning />}
      {stats?.routine ? (
        <p>
          <a href={formatAddress({ ...list, filter: TICKS_FILTER })}>{unlistedText(stats.routine)}</a>
        </p>
      ) : null}
      <Libraries />
    </div>
  );
}

function Waiting({ url, isStarting }: { url: string | undefined; isStarting: boolean }) {
  return (
    <>
      <h2>{isStarting ? 'Waiting for the app to listen' : 'Waiting for requests'}</h2>
      {url !== undefined && (
        <>
          <p>
            Open <SafeLink url={url} /> in your browser, or
          </p>
          <CommandText text={`curl ${url}/`} />
        </>
      )}
    </>
  );
}

function NotRunning() {
  return (
    <>
      <h2>No requests are stored yet</h2>
      <p>Start your app with</p>
      <CommandText text="scooby run -- node app.js" />
    </>
  );
}

function CommandText({ text }: { text: string }) {
  return (
    <p className="command">
      <code>{text}</code>
      <CopyButton text={text} what="the command" />
    </p>
  );
}

function Libraries() {
  const { libraries = [] } = usePage().status;
  if (libraries.length === 0) return null;
  return (
    <ul className="libraries" aria-label="libraries whose calls are recorded">
      {libraries.map(({ name, version, trouble }) => (
        <li key={`${name} ${version}`} className={trouble ? 'role-warn' : 'role-ok'}>
          {name} {version} {trouble ?? '✓'}
        </li>
      ))}
    </ul>
  );
}
