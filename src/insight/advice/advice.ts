/** What to do about a loop, in the words of the library at hand. */

import type { Call } from '../calls/calls.js';
import type { Loop } from '../calls/loops.js';
import { adviseRedis, DIALECT_IDIOMS, LIBRARY_IDIOMS, type SqlIdiom } from './idioms.js';
import { manyCondition, mapperAdviceOf } from './mappers.js';

/** Answers what to do about SQL reads in a loop; `fed` is the line of the query that fed it, `resolved` says that resolvers of GraphQL ran them. */
export function adviceForReads(loop: Loop, fed?: string, resolved = false): string {
  const call = loop.calls[0]!;
  const { packages } = call.path;
  const column = columnOf(call);
  if (packages.has('dataloader')) {
    return sentence(
      `the DataLoader gets one key at a time: load all keys in the same turn (Promise.all over \`load\`), so that its batch asks once for ${column} of all`,
    );
  }
  if (isWalk(loop)) {
    return sentence(
      `a function that calls itself walks a tree row by row: let the database walk it (\`WITH RECURSIVE\`), or ask once for each level: ${byMany(loop, column)}`,
    );
  }
  if (resolved)
    return sentence(
      `put a DataLoader into the resolver, so that all parents ask once: ${byMany(loop, column)}`,
    );
  const mapper = mapperAdviceOf(packages);
  if (mapper)
    return sentence(
      mapper.read
        .replaceAll('id: ids', `${column}: values`)
        .replaceAll("'…'", `'${column}'`)
        .replace(/(find|findAll|query) before\b/, fed ? `$1 at ${fed}` : '$1 before'),
    );
  return sentence(`ask once, before the loop: ${byMany(loop, column)}${rest(call.shape, column)}`);
}

const AGGREGATE = /^SELECT (?:count|sum|avg|min|max|array_agg|json_agg|jsonb_agg|string_agg|group_concat)\(/i;

// What a list of values asks for besides: the count of each, the newest of each.
function rest(shape: string, column: string): string {
  if (AGGREGATE.test(shape) && !shape.includes(' GROUP BY '))
    return ` and \`GROUP BY ${column}\`; then pick each answer from a Map`;
  if (/ ORDER BY .* LIMIT \?/.test(shape))
    return `, the first of each by \`row_number() OVER (PARTITION BY ${column} ORDER BY …)\` or a LATERAL join`;
  return '; then pick each row from a Map';
}

/** Answers what to do about SQL writes in a loop. */
export function adviceForWrites(loop: Loop): string {
  const call = loop.calls[0]!;
  const mapper = mapperAdviceOf(call.path.packages);
  if (mapper) return sentence(mapper.write);
  const column = columnOf(call);
  const idiom = idiomOf(call);
  if (call.verb === 'INSERT' || call.verb === 'REPLACE')
    return sentence(`insert all rows at once: ${idiom.insert}`);
  if (call.verb === 'DELETE') return sentence(`delete all at once: ${byMany(loop, column)}`);
  return sentence(
    `update all at once: ${idiom.update}, or ${byMany(loop, column)} where they get the same values`,
  );
}

/** Answers what to do about cache reads in a loop. */
export function adviceForCache(library: string, verb: string): string {
  const { cache = adviseRedis } = LIBRARY_IDIOMS[library] ?? {};
  return cache(verb);
}

/** Answers what to do about remote calls in a loop. */
export function adviceForRemote(kind: string, parallel: boolean): string {
  const one =
    kind === 'rpc' ? 'a function of the service that takes a list' : 'an endpoint that takes several ids';
  return parallel
    ? `Ask once, with ${one}; until there is one, limit how many run at the same time.`
    : `Ask once, with ${one}; until there is one, run the calls at the same time: \`await Promise.all(items.map(…))\`.`;
}

// Only the first call of a walk is not made from within itself.
function isWalk({ calls }: Loop): boolean {
  return calls.filter(({ path }) => path.isRecursive).length >= calls.length / 2;
}

function byMany(loop: Loop, column: string): string {
  const call = loop.calls[0]!;
  return manyCondition(call.path.packages, column) ?? idiomOf(call).many(column);
}

/** How the library at hand asks for many rows; where it has no way of its own, its dialect's. */
function idiomOf({ span, dialect = 'standard' }: Call): SqlIdiom {
  return { ...DIALECT_IDIOMS[dialect], ...LIBRARY_IDIOMS[span.library]?.sql };
}

/** Answers the column that a statement is asked by, as far as its text tells, as it was written. */
function columnOf({ shape, span }: Call): string {
  const where = shape.lastIndexOf(' WHERE ');
  if (where < 0) return 'id';
  const found = /([\w"`]+(?:\.[\w"`]+)*) (?:= \?|= ANY\(\?\)|IN \(\?\+\))/.exec(shape.slice(where));
  if (!found) return 'id';
  const name = found[1]!.replace(/^.*\./, '').replaceAll(/["`]/g, '');
  return new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`, 'i').exec(span.name)?.[0] ?? name;
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}
