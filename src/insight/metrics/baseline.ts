/** A baseline: the breaches of a budget that are known and accepted, so that only new ones fail. Pure. */

import type { Breach } from './budget.js';

/** A breach that is accepted; all but the id, and the value of a count, is there for who reads the file. */
export type AcceptedBreach = Pick<Breach, 'id' | 'rule' | 'route'> &
  Partial<Pick<Breach, 'kind' | 'site' | 'function' | 'message' | 'value'>>;

/** What the file holds. */
export interface Baseline {
  version: 1;
  accepted: AcceptedBreach[];
}

/** Breaches told apart. */
export interface SiftedBreaches {
  broken: Breach[];
  accepted: Breach[];
  /** Accepted ones that were not met. */
  stale: AcceptedBreach[];
}

/** Answers which breaches are new; one of a number of queries is, too, when there are more than were accepted. */
export function siftBreaches(breaches: Breach[], baseline: Baseline | undefined): SiftedBreaches {
  const known = new Map(baseline?.accepted.map((one) => [one.id, one]));
  const isAccepted = ({ id, rule, value = 0 }: Breach) => {
    const one = known.get(id);
    return one !== undefined && (rule !== 'maxQueries' || value <= (one.value ?? 0));
  };
  const met = new Set(breaches.map(({ id }) => id));
  return {
    broken: breaches.filter((breach) => !isAccepted(breach)),
    accepted: breaches.filter(isAccepted),
    stale: [...known.values()].filter(({ id }) => !met.has(id)),
  };
}

/** Answers the baseline that accepts these breaches, in an order that keeps its changes small. */
export function baselineOf(breaches: Breach[]): Baseline {
  const accepted = breaches.map(({ id, rule, kind, route, site, function: name, message, value }) => ({
    id,
    rule,
    ...(kind !== undefined && { kind }),
    route,
    ...(site !== undefined && { site }),
    ...(name !== undefined && { function: name }),
    message,
    ...(rule === 'maxQueries' && { value: value! }),
  }));
  const key = ({ route, rule, id }: AcceptedBreach) => `${route}\n${rule}\n${id}`;
  return { version: 1, accepted: accepted.sort((a, b) => (key(a) < key(b) ? -1 : 1)) };
}
