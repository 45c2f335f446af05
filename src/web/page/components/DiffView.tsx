/** Two requests side by side: their figures, their findings, and the calls that changed. */

import { useEffect } from 'react';
import { escapeToOneLine, formatMs, formatWhole, readableUrl } from '../../../domain/text.js';
import type { Trace } from '../../../domain/trace.js';
import {
  type Change,
  compareCalls,
  comparedCallsOf,
  findingChanges,
} from '../../../insight/metrics/compare.js';
import { usePage } from '../hooks/page-context.js';
import { useCommands } from '../hooks/use-commands.js';
import { useTrace } from '../hooks/use-trace.js';
import { diffFigures } from '../parts/diff-figures.js';
import { type DiffAddress, formatAddress } from '../state/address.js';
import { MethodText, StatusText } from './Badges.js';
import { CallLabel } from './CallLabel.js';
import { Icon } from './Icon.js';
import { SiteText } from './SiteText.js';

/** The comparison of an address. */
export function DiffView({ address }: { address: DiffAddress }) {
  const { feed, state, version, failed, go } = usePage();
  const before = useTrace(feed, address.before, version, failed);
  const after = useTrace(feed, address.after, version, failed);
  useCommands({ back: () => go(state.list) });
  useEffect(() => {
    document.title = 'compare · scooby';
  }, []);
  if (before.state === 'missing' || after.state === 'missing')
    return <p className="empty">One of the two requests is no longer stored.</p>;
  if (before.state !== 'there' || after.state !== 'there') return <p className="empty dim">reading …</p>;
  return (
    <article className="request-pane diff" aria-label="comparison">
      <header className="request-head">
        <div className="request-title">
          <a className="icon-button back" href={formatAddress(state.list)} aria-label="back to the list">
            <Icon name="back" />
          </a>
          <h1>Compare</h1>
        </div>
      </header>
      <div className="tab-body" tabIndex={0}>
        <div className="diff-sides">
          <Side name="before" trace={before.trace} />
          <Side name="after" trace={after.trace} />
        </div>
        <Figures before={before.trace} after={after.trace} />
        <Findings before={before.trace} after={after.trace} />
        <Calls before={before.trace} after={after.trace} />
      </div>
    </article>
  );
}

function Side({ name, trace }: { name: string; trace: Trace }) {
  return (
    <a className="card-box diff-side" href={formatAddress({ at: 'request', id: trace.id })}>
      <span className="dim">{name}</span>
      <span>
        <MethodText method={escapeToOneLine(trace.method)} /> {escapeToOneLine(readableUrl(trace.url))}
      </span>
      <span>
        <StatusText row={trace} /> <code className="dim">{trace.id.slice(0, 8)}</code>
      </span>
    </a>
  );
}

function Figures({ before, after }: { before: Trace; after: Trace }) {
  const rows = diffFigures(before, after);
  const most = Math.max(
    1,
    ...rows.flatMap(({ unit, before: a = 0, after: b = 0 }) => (unit === 'ms' ? [a, b] : [])),
  );
  const text = (value: number | undefined, unit: 'ms' | 'count') =>
    value === undefined ? '–' : unit === 'ms' ? formatMs(value) : formatWhole(value);
  return (
    <table className="diff-figures">
      <thead>
        <tr>
          <th scope="col">Figure</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
          <th scope="col">Change</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, unit, before: a, after: b, change }) => (
          <tr key={`${unit} ${name}`}>
            <th scope="row">{escapeToOneLine(name)}</th>
            <td className="number">{text(a, unit)}</td>
            <td className="number">
              {text(b, unit)}
              {unit === 'ms' && (
                <span className="time-mark" aria-hidden="true">
                  <span style={{ width: `${((b ?? 0) / most) * 100}%` }} />
                </span>
              )}
            </td>
            <td className={`number ${change === 0 ? 'dim' : change > 0 ? 'role-error' : 'role-ok'}`}>
              {change === 0 ? '=' : `${change > 0 ? '+' : '−'}${text(Math.abs(change), unit)}`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Findings({ before, after }: { before: Trace; after: Trace }) {
  const changes = findingChanges(before.findings, after.findings);
  const rows = [
    ...changes.gone.map((finding) => ({ finding, word: 'gone', role: 'ok' })),
    ...changes.new.map((finding) => ({ finding, word: 'new', role: 'error' })),
    ...changes.stays.map((finding) => ({ finding, word: 'stays', role: 'dim' })),
  ];
  if (rows.length === 0) return null;
  return (
    <section className="card-box">
      <h2>Findings</h2>
      <ul className="diff-findings">
        {rows.map(({ finding, word, role }) => (
          <li key={word + finding.id}>
            <span className={`badge fill-${role}`}>{word}</span>{' '}
            {finding.site && <SiteText site={finding.site} />} {escapeToOneLine(finding.message)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Calls({ before, after }: { before: Trace; after: Trace }) {
  const changes = compareCalls(comparedCallsOf(before), comparedCallsOf(after));
  const changed = changes.filter(({ verdict }) => verdict !== 'same');
  return (
    <section className="card-box">
      <h2>
        Calls <span className="dim">{changes.length - changed.length} the same</span>
      </h2>
      {changed.length > 0 && (
        <ul className="call-list">
          {changed.map((change, n) => (
            <ChangeLine key={String(n)} change={change} trace={change.after ? after : before} />
          ))}
        </ul>
      )}
    </section>
  );
}

function ChangeLine({
  change: { verdict, kind, text, site, before, after },
  trace,
}: {
  change: Change;
  trace: Trace;
}) {
  const role = verdict === 'new' || verdict === 'more' || verdict === 'slower' ? 'error' : 'ok';
  const library = trace.spans.find((span) => span.kind === kind)?.library ?? '';
  return (
    <li className="call diff-call">
      <span className={`badge fill-${role}`}>{verdict}</span>
      <span className="number">
        {before?.count ?? 0} → {after?.count ?? 0}
      </span>
      <span className="number dim">
        {formatMs(before?.ms ?? 0)} → {formatMs(after?.ms ?? 0)}
      </span>
      <CallLabel trace={trace} kind={kind} library={library} text={text} />
      {site !== undefined && <SiteText site={site} />}
    </li>
  );
}
