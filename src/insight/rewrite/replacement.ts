/** Statements that would replace a loop, the best first. */

import { isAggregate } from './aggregates.js';
import { type Clauses, clausesOf } from './clauses.js';
import { varyingConditions } from './conditions.js';
import { eachStatement, unionStatement } from './each-statement.js';
import { type KeyedOptions, keyedStatement } from './keyed-statement.js';
import { isUnlimited, type Limit, limitOf } from './limit.js';
import { type SlotValue, slotKey, type Template } from './template.js';
import type { Replacement, ServerFacts } from './types.js';

/** Calls with different values, in their order. */
export function distinctCalls({ calls, varying }: Template): SlotValue[][] {
  const seen = new Map<string, SlotValue[]>();
  for (const call of calls) {
    const key = JSON.stringify([...varying].map((slot) => slotKey(call[slot]!)));
    if (!seen.has(key)) seen.set(key, call);
  }
  return [...seen.values()];
}

/** Statements that would replace the loop, the best first; empty where there is none. */
export function replacementsOf(template: Template, facts: ServerFacts): Replacement[] {
  const { terms, varying } = template;
  const calls = distinctCalls(template);
  const clauses = clausesOf(terms);
  const limit = clauses && limitOf(clauses, calls[0]!, varying);
  const each = eachStatement({ template, calls, facts, clauses, limit });
  const keyed = clauses && limit ? keyedStatements(template, calls, clauses, limit, facts) : [];
  const [first] = keyed;
  // A list is what people write; the first rows of each are found by an index with LATERAL.
  const found = first?.kind === 'window' && each?.kind === 'lateral' ? [each, first] : [...keyed, each];
  // What a join cannot have, such as the values of a list, ROLLUP and a name that occurs twice, the calls have.
  const last = each?.kind === 'join' ? unionStatement({ template, calls }) : undefined;
  return [...found, last].filter((replacement) => replacement !== undefined);
}

function keyedStatements(
  template: Template,
  calls: SlotValue[][],
  clauses: Clauses,
  limit: Limit,
  facts: ServerFacts,
): Replacement[] {
  const conditions = varyingConditions(clauses.where, template);
  if (conditions === undefined || !isOnlyInWhere(template, clauses) || !isPlainSelect(clauses)) return [];
  const options: KeyedOptions = {
    template,
    calls,
    clauses,
    conditions,
    types: facts.types,
    isAggregate: isAggregate(clauses),
  };
  const isOneRow = facts.isUnique || (options.isAggregate && clauses.group.length === 0);
  if (isUnlimited(limit) || (isOneRow && limit.offset === 0 && limit.count !== 0))
    return [keyedStatement(options)];
  return facts.hasWindows && !clauses.modifiers.some(({ text }) => text === 'DISTINCT')
    ? [keyedStatement({ ...options, limit })]
    : [];
}

/** Whether all that varies stands in WHERE. */
function isOnlyInWhere({ terms, varying }: Template, { where }: Clauses): boolean {
  const inWhere = new Set(where.map(({ slot }) => slot));
  return terms.every(({ slot }) => slot === undefined || !varying.has(slot) || inWhere.has(slot));
}

// A window counts over the rows of one call, and DISTINCT ON takes the first of one call.
function isPlainSelect({ list, modifiers, window, order }: Clauses): boolean {
  const isDistinctOn = modifiers.length > 0 && list[0]?.text === 'ON';
  return (
    !isDistinctOn && window.length === 0 && ![...list, ...order].some(({ text }) => /^over$/i.test(text))
  );
}
