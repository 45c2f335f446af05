/** Overview of a request: what is wrong and at which line first, then where its time went. */

import { hasErrors } from '../../../domain/request.js';
import { kindOf } from '../../../domain/span-kinds.js';
import { escapeToOneLine, formatCount, formatMs, readableUrl } from '../../../domain/text.js';
import { timeSpentIn } from '../../../domain/time-spent.js';
import { type Finding, type Trace, timeOf } from '../../../domain/trace.js';
import { isUnit } from '../../../domain/unit.js';
import type { WhatIf } from '../../../insight/win/what-if.js';
import { slugOf } from '../../../screens/page-place.js';
import { callsText } from '../parts/page-tabs.js';
import { formatAddress } from '../state/address.js';
import { ErrorCard } from './ErrorCard.js';
import { FindingCard } from './FindingCard.js';
import { TimeBar } from './TimeBar.js';

interface OverviewProps {
  trace: Trace;
  /** The request further away from what it calls: what its findings would win then. */
  away?: WhatIf;
  tryLoop?: ((finding: Finding) => void) | undefined;
}

/** The tab. */
export function OverviewTab({ trace, away, tryLoop }: OverviewProps) {
  const { errors = [], totals } = trace;
  const judged = away ? { ...trace, findings: away.findings, duration: away.away } : trace;
  // An error has a card of its own.
  const findings = judged.findings.filter(({ kind }) => kind !== 'thrown' || errors.length === 0);
  return (
    <div className="overview">
      <div className="overview-main">
        {errors.map((error, n) => (
          <ErrorCard key={String(n)} error={error} trace={trace} />
        ))}
        {findings.map((finding) => (
          <FindingCard
            key={finding.id + finding.spans.join()}
            finding={finding}
            trace={judged}
            tryLoop={tryLoop}
          />
        ))}
        {errors.length + findings.length === 0 && <Verdict trace={trace} />}
      </div>
      <aside className="overview-side" aria-label="figures of the request">
        <section className="card-box">
          <h2>Where the time went</h2>
          {trace.duration === undefined ? (
            <p className="dim">still running</p>
          ) : (
            <TimeBar time={timeSpentIn(trace)} totals={totals} />
          )}
        </section>
        <KindTable trace={trace} />
        <Facts trace={trace} />
      </aside>
    </div>
  );
}

/** Without any finding: whether that is good news. */
function Verdict({ trace }: { trace: Trace }) {
  const [text, role] =
    trace.state === 'open'
      ? ['Nothing suspicious so far: the request is still running.', 'dim']
      : hasErrors(trace)
        ? ['No finding besides the failure.', 'warn']
        : ['Nothing suspicious found.', 'ok'];
  return (
    <section className="card-box verdict">
      <p className={`role-${role}`}>{text}</p>
      {trace.spans.length === 0 && (
        <p className="dim">This request made no calls: all of its time is its own.</p>
      )}
    </section>
  );
}

function KindTable({ trace }: { trace: Trace }) {
  const kinds = Object.keys(trace.totals).sort((a, b) => trace.totals[b]!.ms - trace.totals[a]!.ms);
  if (kinds.length === 0) return null;
  return (
    <section className="card-box">
      <h2>Calls</h2>
      <ul className="kinds">
        {kinds.map((kind) => {
          const total = trace.totals[kind]!;
          return (
            <li key={kind}>
              <a href={formatAddress({ at: 'request', id: trace.id, tab: slugOf(kind) })}>
                <span className={`swatch bg-${kindOf(kind).role}`} aria-hidden="true" />
                <span>{callsText(kind, total.count)}</span>
                {total.errors ? (
                  <span className="role-error">{formatCount(total.errors, 'error')}</span>
                ) : null}
                <span className="number dim">{total.ms > 0 ? formatMs(timeOf(total)) : ''}</span>
              </a>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Facts({ trace }: { trace: Trace }) {
  const rows: [name: string, text: string | undefined][] = [
    ['sent', readableUrl(trace.url) === trace.url ? undefined : trace.url],
    ['route', trace.route && `${trace.method} ${trace.route}`],
    ['handler', trace.handler],
    ...Object.entries(trace.params ?? {}).map(([name, value]): [string, string] => [`:${name}`, value]),
    ['failed', trace.errors === undefined ? trace.error?.split('\n', 1)[0] : undefined],
    ['app', trace.app?.command],
    ['node', trace.app?.node],
    ['id', trace.id],
  ];
  return (
    <section className="card-box">
      <h2>Facts</h2>
      {trace.state === 'died' && (
        <p className="role-error">
          The app ended before it {isUnit(trace) ? 'was done' : 'answered'}; this is what it had done.
        </p>
      )}
      <dl className="facts">
        {rows.map(([name, text]) =>
          text ? (
            <div key={name}>
              <dt>{escapeToOneLine(name)}</dt>
              <dd>{escapeToOneLine(text)}</dd>
            </div>
          ) : null,
        )}
      </dl>
      {trace.parent && (
        <p>
          Led to by{' '}
          <a href={formatAddress({ at: 'request', id: trace.parent })}>{trace.parent.slice(0, 8)}</a>
        </p>
      )}
      {(trace.notes ?? []).map((note) => (
        <p key={note} className="role-warn">
          not captured: {escapeToOneLine(note)}
        </p>
      ))}
      {trace.dropped ? (
        <p className="role-warn">{formatCount(trace.dropped, 'call')} not kept: there were too many</p>
      ) : null}
    </section>
  );
}
