/** Aggregates of SQL: what a SELECT counts and adds up. */

import { CLOSE, NAME, OPEN, WORD } from '../sql/token-kinds.js';
import { type Clauses, calledFunctions } from './clauses.js';
import type { Term } from './template.js';

const AGGREGATES = new Set(
  `count sum avg min max array_agg json_agg jsonb_agg json_object_agg jsonb_object_agg string_agg xmlagg every
  bool_and bool_or bit_and bit_or bit_xor stddev stddev_pop stddev_samp variance var_pop var_samp std any_value
  group_concat json_arrayagg json_objectagg json_group_array json_group_object total mode percentile_cont
  percentile_disc corr covar_pop covar_samp`.split(/\s+/),
);

/** Whether a SELECT has an aggregate, or GROUP BY. */
export function isAggregate({ list, having, group }: Clauses): boolean {
  if (group.length > 0) return true;
  const own = withoutSubselects([...list, ...having]);
  const called = calledFunctions(own, ({ kind }) => kind === NAME || kind === WORD);
  return called.some((name) => AGGREGATES.has(name));
}

/** Terms outside of the SELECTs in brackets, which count by themselves. */
function withoutSubselects(terms: Term[]): Term[] {
  let depth = 0;
  let inside: number | undefined;
  return terms.filter(({ kind }, n) => {
    if (kind === OPEN) {
      depth++;
      if (inside === undefined && /^(?:SELECT|WITH)$/.test(terms[n + 1]?.text ?? '')) inside = depth;
    }
    const isOutside = inside === undefined;
    if (kind === CLOSE && depth-- === inside) inside = undefined;
    return isOutside;
  });
}
