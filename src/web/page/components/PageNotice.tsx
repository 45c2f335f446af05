/** Messages of the page: what was done for a while, and what is wrong for as long as it is. */

import { useEffect } from 'react';
import { escapeToOneLine } from '../../../domain/text.js';
import { usePage } from '../hooks/page-context.js';
import { formatAddress } from '../state/address.js';
import { Icon } from './Icon.js';

/** ms for which a message stays. */
const SHOWN_MS = 5000;

/** What was done. */
export function NoticeBar() {
  const { state, dispatch } = usePage();
  const { notice } = state;
  useEffect(() => {
    if (!notice || notice.role === 'error') return;
    const timer = setTimeout(() => dispatch({ type: 'seen', number: notice.number }), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [notice, dispatch]);
  return (
    <div className="notice-place" role="status" aria-live="polite">
      {notice && (
        <div className={`notice edge-${notice.role}`}>
          <span>{escapeToOneLine(notice.text)}</span>
          {notice.request !== undefined && (
            <a href={formatAddress({ at: 'request', id: notice.request })}>show it</a>
          )}
          <button
            type="button"
            className="icon-button"
            aria-label="dismiss"
            onClick={() => dispatch({ type: 'seen', number: notice.number })}
          >
            <Icon name="close" />
          </button>
        </div>
      )}
    </div>
  );
}

/** What is wrong with the app, or with the store. */
export function AlarmBar() {
  const { status, feed, failed } = usePage();
  const { exit, trouble } = status;
  if (!exit && trouble === undefined) return null;
  const how = exit?.signal ? `by ${exit.signal}` : `with code ${exit?.code ?? 0}`;
  const last = exit?.stderr?.at(-1);
  const text = exit ? `The app ended ${how}${last ? `: ${last}` : '.'}` : trouble!;
  const { restart } = feed;
  return (
    <div className="alarm" role="alert">
      <span>{escapeToOneLine(text)}</span>
      {exit && restart && (
        <button type="button" className="button" onClick={() => restart.call(feed).catch(failed)}>
          Start it again
        </button>
      )}
    </div>
  );
}
