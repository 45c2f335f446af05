/** What the request would take further away from its database, cache and services. */

import { formatLatency } from '../../../domain/latency.js';
import { usePage } from '../hooks/page-context.js';

/** The bar; `text` is the sentence, once it is known. */
export function DistanceBar({ text }: { text: string | undefined }) {
  const { state, dispatch } = usePage();
  const { latency } = state;
  if (latency === 0) return null;
  return (
    <div className="distance" role="status">
      <button
        type="button"
        className="icon-button"
        aria-label="closer"
        title="closer ([)"
        onClick={() => dispatch({ type: 'latency', step: -1 })}
      >
        −
      </button>
      <strong className="number">{formatLatency(latency)}</strong>
      <button
        type="button"
        className="icon-button"
        aria-label="further away"
        title="further away (])"
        onClick={() => dispatch({ type: 'latency', step: 1 })}
      >
        +
      </button>
      <span>{text ?? 'what if …'}</span>
    </div>
  );
}
