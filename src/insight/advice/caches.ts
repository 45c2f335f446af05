/** Suggestions for loops of cache reads, by client and command. test/insight/advice executes them. */

import type { Call } from '../calls/calls.js';
import { cacheCommandOf } from '../calls/calls.js';

/** Methods of a client that take many keys, or send many commands at once. */
interface CacheIdiom {
  /** Values of many keys; missing where the client has no such call. */
  get?: string;
  /** Many fields of one hash. */
  fields?: string;
  /** Any command for each of many keys, in one round trip. */
  batch(method: string): string;
}

const IDIOMS: Record<string, CacheIdiom> = {
  ioredis: {
    get: '`redis.mget(keys)`',
    fields: '`redis.hmget(key, ...fields)`',
    batch: (method) => `one pipeline, \`redis.pipeline(keys.map((key) => ['${method}', key])).exec()\``,
  },
  redis: {
    get: '`client.mGet(keys)`',
    fields: '`client.hmGet(key, fields)`',
    batch: (method) =>
      `one batch, \`keys.reduce((batch, key) => batch.${nodeRedisNames[method] ?? method}(key), client.multi()).execAsPipeline()\``,
  },
  memcached: {
    get: '`memcached.getMulti(keys, callback)`',
    batch: () => '`memcached.getMulti(keys, callback)`',
  },
  memjs: {
    batch: () =>
      'memjs has no call for several keys: start all reads at once, `Promise.all(keys.map((key) => client.get(key)))`, or keep them under one key',
  },
};

// node-redis has its commands in camel case.
const nodeRedisNames: Record<string, string> = {
  hgetall: 'hGetAll',
  hlen: 'hLen',
  strlen: 'strLen',
  llen: 'lLen',
  scard: 'sCard',
  smembers: 'sMembers',
  zcard: 'zCard',
  getex: 'getEx',
  pttl: 'pTTL',
};

/** Suggestion for a loop of cache reads. */
export function adviceForCache(calls: Call[]): string {
  const [call] = calls as [Call];
  const { library } = call.span;
  const idiom = IDIOMS[library] ?? { batch: () => 'one pipeline or batch of the client' };
  return `${prefixOf(library)}${codeOf(idiom, call.verb, calls)}.`;
}

function prefixOf(library: string): string {
  return library === 'memjs' ? '' : 'Ask once for all keys: ';
}

function codeOf(idiom: CacheIdiom, verb: string, calls: Call[]): string {
  if ((verb === 'get' || verb === 'gets') && idiom.get) return idiom.get;
  const keys = new Set(calls.map(({ span }) => cacheCommandOf(span).keys[0]));
  // Fields of one hash, as opposed to a field of each of many hashes.
  if (verb === 'hget' && keys.size === 1 && idiom.fields) return idiom.fields;
  if (hasMoreArguments(calls)) return withArguments(calls[0]!.span.library, verb);
  return idiom.batch(verb);
}

// Commands that take more than the key: HGET, ZSCORE, SISMEMBER.
function hasMoreArguments(calls: Call[]): boolean {
  return calls.some(({ span }) => Array.isArray(span.detail?.arguments) && span.detail.arguments.length > 0);
}

function withArguments(library: string, verb: string): string {
  const name = verb.toUpperCase();
  if (library === 'ioredis')
    return `one pipeline with a ${name} for each, \`redis.pipeline(commands).exec()\``;
  if (library === 'redis')
    return `one batch of \`client.multi()\` with a ${name} for each, ended by \`.execAsPipeline()\``;
  return `one pipeline with a ${name} for each`;
}
