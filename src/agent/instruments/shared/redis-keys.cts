/** Grammar of Redis commands: positions of keys and of written values among the arguments. */

import { bytesIn } from '../../record/app-values.cjs';

const MAX_TEXT_LENGTH = 256;

// Positions of keys: first, last (from the end if negative), step; null: no keys.
// A command that is not listed has its key as the first argument.
const KEYS = tableOf<[number, number, number] | null>([
  [
    'mget del unlink exists touch watch sinter sunion sdiff sinterstore sunionstore sdiffstore pfcount pfmerge ssubscribe sunsubscribe',
    [0, -1, 1],
  ],
  ['blpop brpop bzpopmin bzpopmax json.mget', [0, -2, 1]],
  ['mset msetnx', [0, -1, 2]],
  ['rename renamenx rpoplpush brpoplpush lmove blmove smove copy lcs zrangestore geosearchstore', [0, 1, 1]],
  ['bitop', [1, -1, 1]],
  ['object xinfo xgroup memory', [1, 1, 1]],
  [
    'acl asking auth bgrewriteaof bgsave client cluster command config dbsize debug discard echo exec failover flushall flushdb function hello info keys lastsave latency migrate module monitor multi ping psubscribe publish punsubscribe quit randomkey readonly readwrite reset role save scan script select sentinel shutdown slowlog subscribe swapdb time unsubscribe unwatch wait',
    null,
  ],
]);
// Position of the number of keys; the keys follow it.
const COUNTED = tableOf([
  ['zunion zinter zdiff sintercard lmpop zmpop', 0],
  ['eval evalsha eval_ro evalsha_ro fcall fcall_ro blmpop bzmpop zunionstore zinterstore zdiffstore', 1],
]);
// Positions of written values: first, and step to the next (0: a single value).
const WRITTEN = tableOf<[number, number]>([
  ['set setnx getset append publish', [1, 0]],
  ['setex psetex setrange json.set', [2, 0]],
  ['mset msetnx', [1, 2]],
  ['hset hmset hsetnx', [2, 2]],
  ['lpush rpush lpushx rpushx sadd', [1, 1]],
]);

function tableOf<T>(rows: [string, T][]): Map<string, T> {
  return new Map(
    rows.flatMap(([names, value]) => names.split(' ').map((name): [string, T] => [name, value])),
  );
}

/** Positions of a command's keys; `name` is in lower case. */
export function keyPositions(name: string, args: ArrayLike<unknown>): number[] {
  const counted = COUNTED.get(name);
  if (counted !== undefined) {
    const count = Math.min(Number(argumentText(args[counted])) || 0, args.length - counted - 1);
    // The destination of a store command, before the number of keys, is a key as well.
    const first = name.endsWith('store') && args.length > 0 ? [0] : [];
    return [...first, ...range(counted + 1, counted + count, 1)];
  }
  if (name === 'xread' || name === 'xreadgroup') return streamPositions(args);
  const positions = KEYS.get(name);
  if (positions === null) return [];
  const [first, last, step] = positions ?? [0, 0, 1];
  return range(first, Math.min(last < 0 ? args.length + last : last, args.length - 1), step);
}

function streamPositions(args: ArrayLike<unknown>): number[] {
  let at = 0;
  while (at < args.length && argumentText(args[at]).toLowerCase() !== 'streams') at++;
  return range(at + 1, at + (args.length - at - 1) / 2, 1);
}

function range(first: number, last: number, step: number): number[] {
  const positions: number[] = [];
  for (let i = first; i <= last; i += step) positions.push(i);
  return positions;
}

/** Positions of the values that a command writes; undefined if it writes none. */
export function valuePositions(name: string, args: ArrayLike<unknown>): number[] | undefined {
  const positions = WRITTEN.get(name);
  if (positions === undefined || args.length <= positions[0]) return undefined;
  const [first, step] = positions;
  return range(first, step === 0 ? first : args.length - 1, step || 1);
}

/** First 256 characters of an argument; empty if it is neither text, number nor bytes. */
export function argumentText(value: unknown): string {
  if (typeof value === 'string')
    return value.length <= MAX_TEXT_LENGTH ? value : `${value.slice(0, MAX_TEXT_LENGTH)}…`;
  if (typeof value === 'number') return String(value);
  return bytesIn(value)?.toString('utf8', 0, MAX_TEXT_LENGTH) ?? '';
}
