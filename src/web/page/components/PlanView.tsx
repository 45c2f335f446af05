/** Plan of a query, as its server says it, with what is worth a look. */

import { escapeControls, escapeToOneLine } from '../../../domain/text.js';
import type { ExplainResult } from '../../../feed/feed.js';

/** The plan. */
export function PlanView({ plan: { asked, server, plan, remarks, notes } }: { plan: ExplainResult }) {
  return (
    <section className="plan" aria-label="plan of the query">
      <h3>
        {escapeToOneLine(asked)} <span className="dim">by {escapeToOneLine(server)}</span>
      </h3>
      {remarks.map(({ kind, text }) => (
        <p key={kind + text}>
          <span className="badge fill-warn">{escapeToOneLine(kind).toUpperCase()}</span>{' '}
          {escapeToOneLine(text)}
        </p>
      ))}
      <pre className="code" tabIndex={0}>
        {plan.map(escapeControls).join('\n')}
      </pre>
      {notes.map((note) => (
        <p key={note} className="dim">
          {escapeToOneLine(note)}
        </p>
      ))}
    </section>
  );
}
