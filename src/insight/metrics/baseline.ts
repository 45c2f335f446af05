/** Baseline of `scooby check`: accepted breaches of a budget, so that only new breaches fail. */

import type { Breach } from './breaches.js';

/** An accepted breach; the id and the value of `maxQueries` are compared, the rest informs. */
export type AcceptedBreach = Pick<Breach, 'id' | 'rule' | 'route'> &
  Partial<Pick<Breach, 'kind' | 'site' | 'function' | 'message' | 'value'>>;

/** Content of the baseline file. */
export interface Baseline {
  version: 1;
  accepted: AcceptedBreach[];
}

/** Breaches, split by a baseline. */
export interface BaselineResult {
  /** Breaches that are not accepted. */
  broken: Breach[];
  accepted: Breach[];
  /** Accepted breaches that did not occur. */
  stale: AcceptedBreach[];
}

/** Splits breaches by a baseline. More queries than the accepted number are not accepted. */
export function applyBaseline(breaches: Breach[], baseline: Baseline | undefined): BaselineResult {
  const acceptedById = new Map(baseline?.accepted.map((accepted) => [accepted.id, accepted]));
  const isAccepted = ({ id, rule, value = 0 }: Breach) => {
    const accepted = acceptedById.get(id);
    return accepted !== undefined && (rule !== 'maxQueries' || value <= (accepted.value ?? 0));
  };
  const ids = new Set(breaches.map(({ id }) => id));
  return {
    broken: breaches.filter((breach) => !isAccepted(breach)),
    accepted: breaches.filter(isAccepted),
    stale: [...acceptedById.values()].filter(({ id }) => !ids.has(id)),
  };
}

/** Baseline that accepts the breaches, sorted so that its diffs stay small. */
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
  const sortKey = ({ route, rule, id }: AcceptedBreach) => `${route}\n${rule}\n${id}`;
  return { version: 1, accepted: accepted.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1)) };
}
