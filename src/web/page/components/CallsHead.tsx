/** Above the calls of a tab: their sum, and how they are grouped and ordered. */

import { formatCount, formatMs } from '../../../domain/text.js';
import { type Trace, timeOf } from '../../../domain/trace.js';
import { usePage } from '../hooks/page-context.js';
import { callsText } from '../parts/page-tabs.js';

/** The head. */
export function CallsHead({ trace, kind }: { trace: Trace; kind: string }) {
  const { state, dispatch } = usePage();
  const total = trace.totals[kind];
  const hits = trace.spans.filter((span) => span.kind === kind && span.detail?.hit === true).length;
  const asked = trace.spans.filter(
    (span) => span.kind === kind && typeof span.detail?.hit === 'boolean',
  ).length;
  return (
    <div className="calls-head">
      {total && (
        <p className="calls-sum">
          <strong>{callsText(kind, total.count)}</strong>
          <span>
            {formatMs(timeOf(total))} <span className="dim">of {formatMs(trace.duration ?? 0)}</span>
          </span>
          {total.wait ? <span className="role-warn">waited {formatMs(total.wait)}</span> : null}
          {total.errors ? <span className="role-error">{formatCount(total.errors, 'error')}</span> : null}
          {asked > 0 && (
            <span>
              {Math.round((hits / asked) * 100)}% hits <span className="dim">of {asked}</span>
            </span>
          )}
        </p>
      )}
      <div className="segments" role="group" aria-label="how calls are listed">
        <button
          type="button"
          aria-pressed={state.isGrouped}
          onClick={() => state.isGrouped || dispatch({ type: 'group' })}
        >
          Grouped
        </button>
        <button
          type="button"
          aria-pressed={!state.isGrouped}
          onClick={() => state.isGrouped && dispatch({ type: 'group' })}
        >
          One by one
        </button>
      </div>
      <div className="segments" role="group" aria-label="order">
        <button
          type="button"
          aria-pressed={state.order === 'total'}
          onClick={() => state.order === 'total' || dispatch({ type: 'order' })}
        >
          Costliest
        </button>
        <button
          type="button"
          aria-pressed={state.order === 'start'}
          onClick={() => state.order === 'start' || dispatch({ type: 'order' })}
        >
          In order
        </button>
      </div>
    </div>
  );
}
