/** Headers of the request and of its response. */

import { escapeToOneLine } from '../../../domain/text.js';
import type { Headers, Trace } from '../../../domain/trace.js';

/** The tab. */
export function HeadersTab({ trace }: { trace: Trace }) {
  if (!trace.headers) return <p className="empty-tab">The headers of this request were not recorded.</p>;
  const { request, response } = trace.headers;
  return (
    <div className="headers">
      <HeaderTable title="Request" headers={request} />
      {response ? (
        <HeaderTable title="Response" headers={response} />
      ) : (
        <p className="dim">There was no response.</p>
      )}
    </div>
  );
}

function HeaderTable({ title, headers }: { title: string; headers: Headers }) {
  return (
    <section className="card-box">
      <h2>
        {title} <span className="dim">{headers.length}</span>
      </h2>
      <dl className="facts">
        {headers.map(([name, value], n) => (
          <div key={String(n)}>
            <dt>{escapeToOneLine(name)}</dt>
            <dd>{escapeToOneLine(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
