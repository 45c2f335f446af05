/** A request in the list: a row of the table, or a card where there is little room. */

import { kindOf } from '../../../domain/span-kinds.js';
import { escapeToOneLine, formatMs, formatWhole, readableUrl } from '../../../domain/text.js';
import { type Summary, timeOf } from '../../../domain/trace.js';
import { isUnit } from '../../../domain/unit.js';
import type { Headline } from '../../../insight/headline.js';
import { formatAge } from '../../../terminal/age.js';
import { severityRole } from '../../../terminal/roles.js';
import { formatAddress } from '../state/address.js';
import { Badges, MethodText, StatusText } from './Badges.js';
import { SiteText } from './SiteText.js';

/** How a row is shown. */
export interface RowDisplay {
  row: Summary;
  headline: Headline | undefined;
  isSelected: boolean;
  isMarked: boolean;
  now: number;
  /** ms that fill the bar of a time. */
  longest: number;
}

/** Path of a request, its query dim. */
function PathText({ url }: { url: string }) {
  const text = escapeToOneLine(readableUrl(url));
  const cut = text.indexOf('?');
  return (
    <span className="path" title={text}>
      {cut < 0 ? text : text.slice(0, cut)}
      {cut >= 0 && <span className="path-query">{text.slice(cut)}</span>}
    </span>
  );
}

/** The line that is worst, and what it did: the way to it needs no reading of the rest. */
export function HeadlineText({ headline }: { headline: Headline }) {
  const { site, text, severity } = headline;
  return (
    <span className="headline">
      {site !== undefined && <SiteText site={site} />}
      <span className={`headline-text role-${severityRole(severity)}`}>{escapeToOneLine(text)}</span>
    </span>
  );
}

function TimeCell({ row: { duration, state }, longest }: { row: Summary; longest: number }) {
  if (duration === undefined) return <span className="dim">{state === 'open' ? '…' : '–'}</span>;
  return (
    <>
      <span className="time-mark" aria-hidden="true">
        <span style={{ width: `${Math.max(2, Math.min(100, (duration / longest) * 100))}%` }} />
      </span>
      <span className="number">{formatMs(duration)}</span>
    </>
  );
}

/** Queries, or the kind that a request without any has the most of. */
function mostCalls({ totals }: Pick<Summary, 'totals'>): { count: string; time: string } {
  const { sql, log: _, ...others } = totals;
  if (sql) return { count: formatWhole(sql.count), time: formatMs(timeOf(sql)) };
  const [kind, most] = Object.entries(others).sort(([, a], [, b]) => b.count - a.count)[0] ?? [];
  if (!most) return { count: '–', time: '' };
  return { count: `${formatWhole(most.count)} ${kind}`, time: formatMs(timeOf(most)) };
}

function OpenLink({ row, isSelected }: { row: Summary; isSelected: boolean }) {
  return (
    <a
      className="row-link"
      href={formatAddress({ at: 'request', id: row.id })}
      aria-current={isSelected ? 'true' : undefined}
      tabIndex={isSelected ? 0 : -1}
    >
      <MethodText method={escapeToOneLine(row.method)} />
      <PathText url={row.url} />
    </a>
  );
}

/** What the page would take less once the finding to mend first is mended. */
function WinText({ row: { win } }: { row: Summary }) {
  return win === undefined ? null : (
    <span className="row-win number" title="what the page would take less once it is mended">
      wins {formatMs(win)}
    </span>
  );
}

function classOf({ isSelected, isMarked, row }: RowDisplay): string {
  return `${isSelected ? 'is-selected ' : ''}${isMarked ? 'is-marked ' : ''}${isUnit(row) ? 'is-unit' : ''}`;
}

/** Cells of a row of the table. */
export function RequestRow(display: RowDisplay) {
  const { row, headline, longest, now, isSelected } = display;
  const { count, time } = mostCalls(row);
  const { cache } = row.totals;
  return (
    <div role="row" className={`row grid ${classOf(display)}`}>
      <div role="cell" className="cell cell-path">
        <OpenLink row={row} isSelected={isSelected} />
      </div>
      <div role="cell" className="cell">
        <StatusText row={row} />
      </div>
      <div role="cell" className="cell cell-time">
        <TimeCell row={row} longest={longest} />
      </div>
      <div role="cell" className="cell number cell-queries">
        {count}
      </div>
      <div role="cell" className="cell number dim cell-qtime">
        {time}
      </div>
      <div role="cell" className="cell number dim cell-cache">
        {cache ? formatWhole(cache.count) : ''}
      </div>
      <div role="cell" className="cell cell-finding">
        <Badges row={row} />
        {headline && <HeadlineText headline={headline} />}
        <WinText row={row} />
      </div>
      <div role="cell" className="cell number dim cell-age">
        {formatAge(row.start, now)}
      </div>
    </div>
  );
}

/** A card. */
export function RequestCard(display: RowDisplay) {
  const { row, headline, now, isSelected } = display;
  const { sql } = row.totals;
  return (
    <div role="row" className={`row card ${classOf(display)}`}>
      <div role="cell" className="card-cell">
        <div className="card-line">
          <OpenLink row={row} isSelected={isSelected} />
          <span className="number dim">{formatAge(row.start, now)}</span>
        </div>
        <div className="card-line card-facts">
          <StatusText row={row} />
          <span className="number">{row.duration === undefined ? '…' : formatMs(row.duration)}</span>
          {sql && (
            <span className="number dim">
              {formatWhole(sql.count)} {sql.count === 1 ? kindOf('sql').noun : kindOf('sql').nouns}
            </span>
          )}
          <Badges row={row} />
          <WinText row={row} />
        </div>
        {headline && <HeadlineText headline={headline} />}
      </div>
    </div>
  );
}
