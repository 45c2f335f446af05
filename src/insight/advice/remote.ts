/** Suggestions for loops of RPC and HTTP calls, and of MongoDB commands. */

import type { Call } from '../calls/calls.js';
import type { ReadLine } from '../calls/loop-line.js';
import { receiverOf, sourceHintsOf } from './source-hints.js';

/** Suggestion for RPC or HTTP calls in a loop. */
export function adviceForRemote(
  kind: string,
  calls: Call[],
  parallel: boolean,
  readLine: ReadLine = () => undefined,
): string {
  const [call] = calls as [Call];
  if (call.span.library === 'mongodb') return mongoAdvice(calls, readLine);
  if (kind === 'http' && call.verb !== 'GET' && !isGraphql(call))
    return 'Send all at once, with an endpoint that takes a list; until there is one, run a few at the same time, if their order does not matter.';
  const batchApi =
    kind === 'rpc'
      ? 'a function of the service that takes a list'
      : kind === 'call'
        ? 'a call that takes a list'
        : isGraphql(call)
          ? 'one operation that has all of them as aliases, or takes a list'
          : 'an endpoint that takes several ids';
  return parallel
    ? `Ask once, with ${batchApi}; until there is one, limit how many run at the same time.`
    : `Ask once, with ${batchApi}; until there is one, run the calls at the same time: \`await Promise.all(items.map(…))\`.`;
}

function isGraphql({ span }: Call): boolean {
  return /\/graphql\b/i.test(span.name);
}

const METHODS =
  'find|findOne|findById|countDocuments|count|insertOne|updateOne|updateMany|findOneAndUpdate|findByIdAndUpdate|replaceOne|deleteOne|deleteMany|create|save|aggregate|distinct';

function mongoAdvice(calls: Call[], readLine: ReadLine): string {
  const [call] = calls as [Call];
  const { span, site, path } = call;
  const command = String(span.detail?.command ?? '');
  const found = receiverOf(sourceHintsOf(site, readLine), METHODS);
  const hasMongoose = path.packages.has('mongoose');
  const target = found ?? (hasMongoose ? 'Model' : 'collection');
  const field = varyingField(calls);
  switch (command) {
    case 'find':
      return field === undefined
        ? 'Ask once for all, before the loop, with `$in` on what varies, or `$or` of all conditions; then pick each from a Map.'
        : `Ask once, before the loop: \`${target}.find({ ${field}: { $in: values } })\`; then pick each from a Map${hasMongoose ? ', or load them with `populate`' : ''}.`;
    case 'aggregate':
    case 'count':
      return 'Ask once, before the loop: one `aggregate` with a `$match` by `$in` and a `$group` by what varies.';
    case 'insert':
      return `Insert all at once: \`${target}.insertMany(documents)\`.`;
    case 'update':
      return field !== undefined && hasSameUpdate(calls)
        ? `Update all at once, as they get the same values: \`${target}.updateMany({ ${field}: { $in: values } }, changes)\`.`
        : `Update all at once: \`${target}.bulkWrite(updates)\`.`;
    case 'findAndModify':
      return 'Each returns its document: if that is not needed, update all at once with `bulkWrite`.';
    case 'delete':
      return field === undefined
        ? 'Delete all at once: `deleteMany` with a condition that holds for all of them.'
        : `Delete all at once: \`${target}.deleteMany({ ${field}: { $in: values } })\`.`;
    default:
      return 'Ask once for all, with a command that takes a list.';
  }
}

// The one field of the filters that has another value each time.
function varyingField(calls: Call[]): string | undefined {
  const filters = calls.slice(0, 20).map(({ span }) => filterOf(span.detail?.arguments));
  if (filters.includes(undefined)) return undefined;
  const [first, ...others] = filters as Record<string, unknown>[];
  const varying = Object.keys(first!).filter((key) =>
    others.some((other) => JSON.stringify(other[key]) !== JSON.stringify(first![key])),
  );
  const [key] = varying;
  if (varying.length !== 1 || key === undefined || key.startsWith('$')) return undefined;
  const isScalar = filters.every((filter) => isId(filter![key]));
  return isScalar ? (/^[\w$]+$/.test(key) ? key : `'${key}'`) : undefined;
}

// Operators (`{ $lt: 5 }`) are no values; an ObjectId or a date is.
function isId(value: unknown): boolean {
  return (
    value === null ||
    typeof value !== 'object' ||
    !Object.keys(value).some((key) => /^\$(?!oid|date|uuid)/.test(key))
  );
}

function filterOf(args: unknown): Record<string, unknown> | undefined {
  const { filter, deletes, updates, query } = (args ?? {}) as Record<string, unknown>;
  const found = filter ?? firstOf(deletes)?.q ?? firstOf(updates)?.q ?? query;
  return found !== null && typeof found === 'object' ? (found as Record<string, unknown>) : undefined;
}

function firstOf(list: unknown): { q?: unknown; u?: unknown } | undefined {
  return Array.isArray(list) ? list[0] : undefined;
}

function hasSameUpdate(calls: Call[]): boolean {
  const updates = calls.map(({ span }) =>
    JSON.stringify(firstOf((span.detail?.arguments as { updates?: unknown } | undefined)?.updates)?.u),
  );
  return updates[0] !== undefined && updates.every((update) => update === updates[0]);
}
