/** Log lines of a request, as they came. */

import { useState } from 'react';
import { escapeControls, formatMs, formatWhole } from '../../../domain/text.js';
import type { Trace } from '../../../domain/trace.js';
import { levelRole } from '../../../screens/log-level.js';
import { usePage } from '../hooks/page-context.js';
import { CallDetail } from './CallDetail.js';
import { SiteText } from './SiteText.js';

const MAX_ROWS = 1000;

/** The tab. */
export function LogsTab({ trace, item }: { trace: Trace; item: number | undefined }) {
  const { go } = usePage();
  const [most, setMost] = useState(MAX_ROWS);
  const indexes = trace.spans.flatMap(({ kind }, index) => (kind === 'log' ? [index] : []));
  return (
    <div className="logs">
      <ul>
        {indexes.slice(0, most).map((index) => {
          const span = trace.spans[index]!;
          const level = typeof span.detail?.level === 'string' ? escapeControls(span.detail.level) : '';
          const isOpen = index === item;
          const next = { at: 'request', id: trace.id, tab: 'logs' } as const;
          return (
            <li key={index} className={isOpen ? 'is-open' : ''}>
              <button
                type="button"
                className="log-line"
                aria-expanded={isOpen}
                onClick={() => go(isOpen ? next : { ...next, item: index }, { replace: true })}
              >
                <span className="number dim">+{formatMs(span.start)}</span>
                <span className={`log-level role-${levelRole(level)}`}>{level}</span>
                <span className="log-text">{escapeControls(span.name.slice(0, 4000))}</span>
                {span.site !== undefined && <SiteText site={span.site} />}
              </button>
              {isOpen && <CallDetail trace={trace} span={index} />}
            </li>
          );
        })}
      </ul>
      {indexes.length > most && (
        <button type="button" className="button" onClick={() => setMost(most + MAX_ROWS)}>
          Show more of {formatWhole(indexes.length)}
        </button>
      )}
    </div>
  );
}
