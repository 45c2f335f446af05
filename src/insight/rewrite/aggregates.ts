/** Aggregates of SQL: what a SELECT counts and adds up. */

import { NAME, WORD } from '../sql/token-kinds.js';
import { type Clauses, calledFunctions } from './clauses.js';

const AGGREGATES = new Set(
  `count sum avg min max array_agg json_agg jsonb_agg json_object_agg jsonb_object_agg string_agg xmlagg every
  bool_and bool_or bit_and bit_or bit_xor stddev stddev_pop stddev_samp variance var_pop var_samp std any_value
  group_concat json_arrayagg json_objectagg json_group_array json_group_object total mode percentile_cont
  percentile_disc corr covar_pop covar_samp`.split(/\s+/),
);

/** Whether a SELECT has an aggregate, or GROUP BY. */
export function isAggregate({ list, having, group }: Clauses): boolean {
  if (group.length > 0) return true;
  const called = calledFunctions([...list, ...having], ({ kind }) => kind === NAME || kind === WORD);
  return called.some((name) => AGGREGATES.has(name));
}
