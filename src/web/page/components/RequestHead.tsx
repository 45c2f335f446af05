/** Head of a request: what it was, how it ended, and what can be done with it. */

import { escapeToOneLine, formatMs, readableUrl } from '../../../domain/text.js';
import { type Trace, timeOf } from '../../../domain/trace.js';
import { formatAgo, formatDateTime } from '../../../terminal/age.js';
import { usePage } from '../hooks/page-context.js';
import type { Proofs } from '../hooks/use-proofs.js';
import type { RequestActions } from '../hooks/use-request-actions.js';
import { callsText } from '../parts/page-tabs.js';
import { formatAddress } from '../state/address.js';
import { Badges, MethodText, StatusText } from './Badges.js';
import { CopyDialog } from './CopyDialog.js';
import { Icon } from './Icon.js';
import { UrlDialog } from './UrlDialog.js';

interface RequestHeadProps {
  trace: Trace;
  actions: RequestActions;
  proofs: Proofs;
}

/** The head. */
export function RequestHead({ trace, actions, proofs }: RequestHeadProps) {
  const { state, now } = usePage();
  const { sql } = trace.totals;
  const row = { ...trace, findings: trace.findings.map(({ kind }) => kind) };
  return (
    <header className="request-head">
      <div className="request-title">
        <a className="icon-button back" href={formatAddress(state.list)} aria-label="back to the list">
          <Icon name="back" />
        </a>
        <h1>
          <MethodText method={escapeToOneLine(trace.method)} />
          <span className="request-url">{escapeToOneLine(readableUrl(trace.url))}</span>
        </h1>
      </div>
      <div className="request-facts">
        <StatusText row={trace} />
        <span className="number fact-strong">
          {trace.duration === undefined ? 'running' : formatMs(trace.duration)}
        </span>
        {sql && (
          <span className="number">
            {callsText('sql', sql.count)} <span className="dim">{formatMs(timeOf(sql))}</span>
          </span>
        )}
        <Badges row={row} />
        <time
          className="dim"
          dateTime={new Date(trace.start).toISOString()}
          title={formatDateTime(trace.start)}
        >
          {formatAgo(trace.start, now)}
        </time>
        <code className="dim">{trace.id.slice(0, 8)}</code>
        <HeadActions trace={trace} actions={actions} proofs={proofs} />
      </div>
      {state.dialog === 'copy' && <CopyDialog trace={trace} />}
      {state.dialog === 'url' && actions.replay && (
        <UrlDialog trace={trace} send={(url) => actions.replay!({ url })} />
      )}
    </header>
  );
}

function HeadActions({ trace, actions: { replay, compare }, proofs }: RequestHeadProps) {
  const { state, dispatch } = usePage();
  const isMarked = state.marks.includes(trace.id);
  return (
    <div className="actions">
      {replay && (
        <button type="button" className="button" onClick={() => replay()} title="send the request again (r)">
          <Icon name="replay" /> Replay
        </button>
      )}
      {replay && (
        <button
          type="button"
          className="button"
          onClick={() => replay({ wish: 'cpu' })}
          title="send it again with a CPU profile (P)"
        >
          <Icon name="flame" /> Profile
        </button>
      )}
      {proofs.verify && trace.findings.length > 0 && (
        <button
          type="button"
          className="button"
          onClick={proofs.verify}
          title="send it again: are its findings gone? (V)"
        >
          <Icon name="check" /> Verify
        </button>
      )}
      {proofs.watch && trace.findings.length > 0 && (
        <button
          type="button"
          className="button"
          aria-pressed={proofs.isWatched}
          onClick={proofs.watch}
          title="verify again after every restart of the app (A)"
        >
          <Icon name="eye" /> {proofs.isWatched ? 'Watched' : 'Watch'}
        </button>
      )}
      {compare && (
        <button
          type="button"
          className="button"
          onClick={compare}
          title="compare with the marked request (d)"
        >
          <Icon name="diff" /> Compare
        </button>
      )}
      <button
        type="button"
        className="button"
        aria-pressed={isMarked}
        onClick={() => dispatch({ type: 'mark', id: trace.id })}
        title="mark, to compare another with it (m)"
      >
        <Icon name="mark" /> {isMarked ? 'Marked' : 'Mark'}
      </button>
      <button
        type="button"
        className="button"
        onClick={() => dispatch({ type: 'dialog', dialog: 'copy' })}
        title="copy (y)"
        aria-haspopup="dialog"
      >
        <Icon name="copy" /> Copy
      </button>
    </div>
  );
}
