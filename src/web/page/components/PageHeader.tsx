/** Head of the page: the app, whether it runs, its figures, and the switches. */

import { N_PLUS_ONE } from '../../../domain/finding-kinds.js';
import type { Recording } from '../../../domain/link.js';
import { escapeToOneLine, formatMs, formatWhole } from '../../../domain/text.js';
import type { FeedStatus, ListStats } from '../../../feed/feed.js';
import { usePage } from '../hooks/page-context.js';
import { useRecording } from '../hooks/use-recording.js';
import { useStats } from '../hooks/use-stats.js';
import { useWatch } from '../hooks/use-watch.js';
import { FIRST_LIST, formatAddress } from '../state/address.js';
import { Icon } from './Icon.js';
import { SafeLink } from './SafeLink.js';

const THEME_ICONS = { auto: 'auto', light: 'sun', dark: 'moon' } as const;

/** The head. */
export function PageHeader() {
  const { feed, status, state, dispatch, version } = usePage();
  const stats = useStats(feed, version);
  return (
    <header className="page-header">
      <a className="logo" href={formatAddress(FIRST_LIST)} aria-label="scooby, all requests">
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M4 7h11M4 12h16M9 17h7" />
        </svg>
        <span>scooby</span>
      </a>
      <AppText status={status} />
      {stats && stats.total > 0 && <Figures stats={stats} />}
      <div className="header-actions">
        <WatchChip />
        <RecordSwitch />
        <button
          type="button"
          className="icon-button"
          aria-label={state.isPaused ? 'go on' : 'pause'}
          aria-pressed={state.isPaused}
          title="pause (p)"
          onClick={() => dispatch({ type: 'pause' })}
        >
          <Icon name={state.isPaused ? 'play' : 'pause'} />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={`colours: ${state.theme}`}
          title={`colours: ${state.theme} (c)`}
          onClick={() => dispatch({ type: 'theme' })}
        >
          <Icon name={THEME_ICONS[state.theme]} />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label="keys and filters"
          title="keys (?)"
          onClick={() => dispatch({ type: 'dialog', dialog: 'help' })}
        >
          <Icon name="help" />
        </button>
      </div>
    </header>
  );
}

/** The request that is watched, and what became of it last; a click ends it. */
function WatchChip() {
  const { state, dispatch } = usePage();
  useWatch();
  const { watch } = state;
  if (watch === undefined) return null;
  return (
    <button
      type="button"
      className="chip chip-accent watch-chip"
      title="end the watch"
      onClick={() => dispatch({ type: 'unwatch' })}
    >
      <span className="chip-text">
        watching {watch.name}
        {watch.last !== undefined && `: ${watch.last}`}
      </span>
      <Icon name="close" />
    </button>
  );
}

function liveText(status: FeedStatus): [text: string, role: string] {
  if (status.exit) return ['ended', 'error'];
  if (status.starting) return ['starting', 'warn'];
  return status.live ? ['live', 'ok'] : ['history', 'dim'];
}

function AppText({ status }: { status: FeedStatus }) {
  const [text, role] = liveText(status);
  return (
    <div className="app">
      <span className={`live role-${role}`}>
        <span className={`live-dot bg-${role}`} aria-hidden="true" />
        {text}
      </span>
      {status.app && (
        <span className="app-command" title={escapeToOneLine(status.app.cwd)}>
          {escapeToOneLine(status.app.command)}
        </span>
      )}
      {status.url !== undefined && (
        <SafeLink url={status.url} text={status.url.replace(/^https?:\/\//, '')} />
      )}
    </div>
  );
}

function Figures({ stats }: { stats: ListStats }) {
  const { total, newest, p50, p95, errors, repeated } = stats;
  const of = `of the newest ${formatWhole(newest ?? total)}`;
  return (
    <dl className="figures" title={of}>
      <Figure name="requests" text={formatWhole(total)} />
      {p50 !== undefined && <Figure name="p50" text={formatMs(p50)} />}
      {p95 !== undefined && <Figure name="p95" text={formatMs(p95)} />}
      {errors !== undefined && (
        <Figure name="errors" text={`${(errors * 100).toFixed(1)}%`} role={errors > 0 ? 'error' : ''} />
      )}
      {repeated !== undefined && (
        <Figure name={N_PLUS_ONE.badge} text={formatWhole(repeated)} role={repeated > 0 ? 'warn' : ''} />
      )}
    </dl>
  );
}

function Figure({ name, text, role = '' }: { name: string; text: string; role?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className={`number ${role && `role-${role}`}`}>{text}</dd>
    </div>
  );
}

const RECORDINGS: [recording: Recording, text: string][] = [
  ['all', 'all'],
  ['marked', 'marked'],
  ['off', 'off'],
];

function RecordSwitch() {
  const { status, dispatch } = usePage();
  const record = useRecording();
  if (!record || status.recording === undefined) return null;
  return (
    <div
      className="segments record-switch"
      role="group"
      aria-label="recording"
      onDoubleClick={() => dispatch({ type: 'dialog', dialog: 'record' })}
    >
      <span className={`record-dot ${status.recording === 'off' ? '' : 'is-on'}`} aria-hidden="true" />
      {RECORDINGS.map(([recording, text]) => (
        <button
          key={recording}
          type="button"
          aria-label={`record ${text}`}
          aria-pressed={status.recording === recording}
          onClick={() => status.recording !== recording && record(recording)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
