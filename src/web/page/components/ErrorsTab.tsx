/** Errors of a request. */

import type { Trace } from '../../../domain/trace.js';
import { ErrorCard } from './ErrorCard.js';

/** The tab. */
export function ErrorsTab({ trace }: { trace: Trace }) {
  return (
    <div className="stack-of-cards">
      {(trace.errors ?? []).map((error, n) => (
        <ErrorCard key={String(n)} error={error} trace={trace} />
      ))}
    </div>
  );
}
