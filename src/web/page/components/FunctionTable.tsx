/** Functions of a profile, the app's own first. */

import { useMemo, useState } from 'react';
import type { Profile } from '../../../domain/profile.js';
import type { Trace } from '../../../domain/trace.js';
import { functionTotals, sortFunctions } from '../../../insight/profile/functions.js';
import {
  calledFunction,
  functionPlace,
  ORIGIN_ROLES,
  weightShare,
  weightText,
} from '../../../screens/profile-text.js';
import { usePage } from '../hooks/page-context.js';
import { FunctionDetail } from './FunctionDetail.js';

const MAX_ROWS = 200;

/** The table; a row opens its function. */
export function FunctionTable({ trace, profile }: { trace: Trace; profile: Profile }) {
  const { state } = usePage();
  const { hasLibraries, isGrouped, order } = state;
  const [open, setOpen] = useState<number>();
  const rows = useMemo(() => {
    const shown = functionTotals(profile).filter(
      ({ self, function: { origin } }) => self > 0 || origin === 'own' || hasLibraries,
    );
    return sortFunctions(shown, { by: order === 'total' ? 'self' : 'total', ownFirst: isGrouped });
  }, [profile, hasLibraries, isGrouped, order]);
  return (
    <ul className="call-list">
      <li className="call-columns dim" aria-hidden="true">
        <span className="number call-count">itself</span>
        <span className="number call-total">in all</span>
        <span>function</span>
      </li>
      {rows.slice(0, MAX_ROWS).map(({ index, function: each, self, total }) => (
        <li key={index} className={index === open ? 'call is-open' : 'call'}>
          <button
            type="button"
            className="call-button"
            aria-expanded={index === open}
            onClick={() => setOpen(index === open ? undefined : index)}
          >
            <span className="number call-count">{weightText(profile, self)}</span>
            <span className="number call-total dim">{weightText(profile, total)}</span>
            <span className={`call-label ${each.origin === 'own' ? 'own-function' : ''}`}>
              <span className={`swatch bg-${ORIGIN_ROLES[each.origin]}`} aria-hidden="true" />{' '}
              {calledFunction(each)}
            </span>
            <span className="call-end">
              <span className="dim">{functionPlace(each)}</span>
              <span className="number">{weightShare(profile, self)}</span>
            </span>
          </button>
          {index === open && <FunctionDetail trace={trace} profile={profile} index={index} />}
        </li>
      ))}
    </ul>
  );
}
