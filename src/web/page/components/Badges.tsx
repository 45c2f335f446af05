/** Badges of a request, and the status of its response. */

import { statusTextOf } from '../../../domain/request.js';
import { isSafeMethod } from '../../../domain/safe-method.js';
import type { Summary } from '../../../domain/trace.js';
import { badgesOf } from '../../../screens/badges.js';
import { statusRole } from '../../../terminal/roles.js';

type Judged = Pick<Summary, 'status' | 'state' | 'findings' | 'totals' | 'duration'>;

/** At most `most` badges, the most severe first. */
export function Badges({ row, most = 3 }: { row: Judged; most?: number }) {
  return badgesOf(row)
    .slice(0, most)
    .map(({ text, role }) => (
      <span key={text} className={`badge fill-${role}`}>
        {text}
      </span>
    ));
}

/** Status in its colour. */
export function StatusText({ row }: { row: Pick<Summary, 'status' | 'state' | 'method'> }) {
  const { status, state } = row;
  const role = state === 'failed' || state === 'died' ? 'error' : statusRole(status);
  return <span className={`status role-${role}`}>{statusTextOf(row)}</span>;
}

/** Method of a request, or kind of a unit. */
export function MethodText({ method }: { method: string }) {
  return (
    <span className={`method ${isSafeMethod(method) ? '' : 'method-other'}`}>{method.slice(0, 12)}</span>
  );
}
