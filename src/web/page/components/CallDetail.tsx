/** A call: its statement, its values and outcome, its plan, and the stack that led to it. */

import { localsOf } from '../../../domain/locals.js';
import { isTimed } from '../../../domain/span-kinds.js';
import { escapeControls, formatCount, formatMs, formatWhole } from '../../../domain/text.js';
import type { Span, Trace } from '../../../domain/trace.js';
import { dialectOf } from '../../../insight/libraries.js';
import { detailsOf } from '../../../screens/call-details.js';
import { drawnText } from '../../../screens/drawn-text.js';
import { layOutSql } from '../../../screens/sql-highlight.js';
import { CallActions } from './CallActions.js';
import { LineBlock } from './LineText.js';
import { SafeLink } from './SafeLink.js';
import { StackView } from './StackView.js';
import { StatementHistory } from './StatementHistory.js';

/** The call of an index. */
export function CallDetail({ trace, span: index }: { trace: Trace; span: number }) {
  const span = trace.spans[index];
  if (span === undefined) return null;
  return (
    <div className="call-detail">
      <Statement trace={trace} span={span} />
      <CallFacts span={span} />
      {span.error !== undefined && (
        <pre className="code error-message">{escapeControls(drawnText(span.error).drawn)}</pre>
      )}
      <Details span={span} />
      <CallActions trace={trace} span={index} />
      {span.kind === 'sql' && <StatementHistory span={span} id={trace.id} />}
      <StackView stack={span.stack} frame={span.frame} trace={trace} locals={localsOf(span)} />
    </div>
  );
}

function Statement({ trace, span }: { trace: Trace; span: Span }) {
  const { drawn: text, more } = drawnText(span.name);
  return (
    <>
      {span.kind === 'sql' ? (
        <LineBlock className="statement" lines={layOutSql(text, dialectOf(trace, span.library))} />
      ) : (
        <pre className="code statement">{urlOf(span) ? <UrlText text={text} /> : escapeControls(text)}</pre>
      )}
      {more > 0 && <p className="dim">… {formatCount(more, 'more character')}; copying has all of it</p>}
    </>
  );
}

/** An HTTP call's URL, which a click opens. */
function urlOf({ kind, name }: Span): boolean {
  return kind === 'http' && /^[A-Z]+ https?:/.test(name);
}

function UrlText({ text }: { text: string }) {
  const [method = '', url = ''] = text.split(' ', 2);
  return (
    <>
      {method} <SafeLink url={url} />
    </>
  );
}

function CallFacts({ span }: { span: Span }) {
  const facts: [name: string, text: string, role?: string][] = [];
  if (span.duration === undefined) facts.push(['still', 'running', 'warn']);
  else if (isTimed(span)) facts.push(['took', formatMs(span.duration)]);
  if (span.wait) facts.push(['waited', formatMs(span.wait), 'warn']);
  if (span.rows !== undefined) facts.push(['rows', formatWhole(span.rows)]);
  facts.push(['at', `+${formatMs(span.start)}`]);
  if (span.library) facts.push(['by', escapeControls(span.library)]);
  if (span.afterResponse) facts.push(['after', 'the response', 'warn']);
  return (
    <ul className="call-facts">
      {facts.map(([name, text, role]) => (
        <li key={name}>
          <span className="dim">{name}</span> <span className={role ? `role-${role}` : ''}>{text}</span>
        </li>
      ))}
    </ul>
  );
}

function Details({ span }: { span: Span }) {
  const details = detailsOf(span);
  if (details.length === 0) return null;
  return (
    <dl className="facts">
      {details.map(([name, text]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <code>{drawnText(text).drawn}</code>
          </dd>
        </div>
      ))}
    </dl>
  );
}
