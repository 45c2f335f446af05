/** Suggestions for loops, in the terms of the app's library or SQL dialect. */

import type { Call } from '../calls/calls.js';
import type { Loop } from '../calls/loops.js';
import { adviseRedis, DIALECT_IDIOMS, LIBRARY_IDIOMS, type SqlIdiom } from './idioms.js';
import { manyCondition, mapperAdviceOf } from './mappers.js';

/**
 * Suggestion for SQL reads in a loop. `feedingSite` is the site of the feeding query;
 * `isByResolvers`: GraphQL resolvers ran the loop.
 */
export function adviceForReads(loop: Loop, feedingSite?: string, isByResolvers = false): string {
  const call = loop.calls[0]!;
  const { packages } = call.path;
  const column = columnOf(call);
  if (packages.has('dataloader')) {
    return sentence(
      `the DataLoader gets one key at a time: load all keys in the same turn (Promise.all over \`load\`), so that its batch asks once for ${column} of all`,
    );
  }
  if (isTreeWalk(loop)) {
    return sentence(
      `a function that calls itself walks a tree row by row: let the database walk it (\`WITH RECURSIVE\`), or ask once for each level: ${manyConditionOf(loop, column)}`,
    );
  }
  if (isByResolvers)
    return sentence(
      `put a DataLoader into the resolver, so that all parents ask once: ${manyConditionOf(loop, column)}`,
    );
  const mapper = mapperAdviceOf(packages);
  if (mapper)
    return sentence(
      mapper.read
        .replaceAll('id: ids', `${column}: values`)
        .replaceAll("'…'", `'${column}'`)
        .replace(/(find|findAll|query) before\b/, feedingSite ? `$1 at ${feedingSite}` : '$1 before'),
    );
  return sentence(
    `ask once, before the loop: ${manyConditionOf(loop, column)}${afterwards(call.shape, column)}`,
  );
}

const AGGREGATE = /^SELECT (?:count|sum|avg|min|max|array_agg|json_agg|jsonb_agg|string_agg|group_concat)\(/i;

// A query for many values also needs a grouping: the count of each, the newest of each.
function afterwards(shape: string, column: string): string {
  if (AGGREGATE.test(shape) && !shape.includes(' GROUP BY '))
    return ` and \`GROUP BY ${column}\`; then pick each answer from a Map`;
  if (/ ORDER BY .* LIMIT \?/.test(shape))
    return `, the first of each by \`row_number() OVER (PARTITION BY ${column} ORDER BY …)\` or a LATERAL join`;
  return '; then pick each row from a Map';
}

/** Suggestion for SQL writes in a loop. */
export function adviceForWrites(loop: Loop): string {
  const call = loop.calls[0]!;
  const mapper = mapperAdviceOf(call.path.packages);
  if (mapper) return sentence(mapper.write);
  const column = columnOf(call);
  const idiom = idiomOf(call);
  if (call.verb === 'INSERT' || call.verb === 'REPLACE')
    return sentence(`insert all rows at once: ${idiom.insert}`);
  if (call.verb === 'DELETE') return sentence(`delete all at once: ${manyConditionOf(loop, column)}`);
  return sentence(
    `update all at once: ${idiom.update}, or ${manyConditionOf(loop, column)} where they get the same values`,
  );
}

/** Suggestion for cache reads in a loop; `verb` is the command in lower case. */
export function adviceForCache(library: string, verb: string): string {
  const { cache = adviseRedis } = LIBRARY_IDIOMS[library] ?? {};
  return cache(verb);
}

/** Suggestion for RPC or HTTP calls in a loop. */
export function adviceForRemote(kind: string, parallel: boolean): string {
  const batchApi =
    kind === 'rpc' ? 'a function of the service that takes a list' : 'an endpoint that takes several ids';
  return parallel
    ? `Ask once, with ${batchApi}; until there is one, limit how many run at the same time.`
    : `Ask once, with ${batchApi}; until there is one, run the calls at the same time: \`await Promise.all(items.map(…))\`.`;
}

// The calls of a recursive function, except for the outermost.
function isTreeWalk({ calls }: Loop): boolean {
  return calls.filter(({ path }) => path.isRecursive).length >= calls.length / 2;
}

function manyConditionOf(loop: Loop, column: string): string {
  const call = loop.calls[0]!;
  return manyCondition(call.path.packages, column) ?? idiomOf(call).many(column);
}

/** Idiom of the call's library, completed by that of its dialect. */
function idiomOf({ span, dialect = 'standard' }: Call): SqlIdiom {
  return { ...DIALECT_IDIOMS[dialect], ...LIBRARY_IDIOMS[span.library]?.sql };
}

/** Column that the WHERE clause compares, in the statement's spelling; `id` if none is found. */
function columnOf({ shape, span }: Call): string {
  const where = shape.lastIndexOf(' WHERE ');
  if (where < 0) return 'id';
  const found = /(?<![\w"`.])([\w"`]+(?:\.[\w"`]+)*) (?:= \?|= ANY\(\?\)|IN \(\?\+\))/.exec(
    shape.slice(where),
  );
  if (!found) return 'id';
  const name = found[1]!.replace(/^.*\./, '').replaceAll(/["`]/g, '');
  return new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`, 'i').exec(span.name)?.[0] ?? name;
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}
