/** What a Redis command says, whichever client sends it: its keys, its arguments without secrets, whether it hit, how many bytes. */

import { isSecretName } from '../redact.cjs';
import { MASK, tell } from './values.cjs';

/** An argument or a reply as clients have them: text, bytes, numbers, null, and lists or maps of those. */
type Value = unknown;

const MOST_KEYS = 100;
const KEYS_IN_NAME = 3;
const MOST_NAME = 120;
const MOST_ARGUMENTS = 20;
const MOST_TEXT = 256;
const MOST_COUNTED = 10_000;

// Where keys stand: first, last (from the end when negative), step. The first argument where nothing is said.
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
// Where the number of keys stands, after which they come.
const COUNTED = tableOf([
  ['zunion zinter zdiff sintercard lmpop zmpop', 0],
  ['eval evalsha eval_ro evalsha_ro fcall fcall_ro blmpop bzmpop zunionstore zinterstore zdiffstore', 1],
]);
// Where the values that are written stand: first, and step to the next (0: it is one).
const WRITTEN = tableOf<[number, number]>([
  ['set setnx getset append publish', [1, 0]],
  ['setex psetex setrange json.set', [2, 0]],
  ['mset msetnx', [1, 2]],
  ['hset hmset hsetnx', [2, 2]],
  ['lpush rpush lpushx rpushx sadd', [1, 1]],
]);
// Reads whose null means that there was nothing: of one value, of a list of them, of a map that is empty then.
const ONE = new Set(['get', 'getex', 'getdel', 'hget', 'json.get']);
const LIST = new Set(['mget', 'hmget', 'json.mget']);
const WHOLE = new Set(['hgetall']);
// What they are given lets people in.
const UNTOLD = new Set(['auth', 'hello', 'acl', 'migrate', 'config', 'client']);

/** Answers what a command asks for: `get user:42`, with its keys and its other arguments; a script goes by its `title`. */
export function commandSpeech(command: string, args: ArrayLike<Value>, title?: string) {
  const name = command.toLowerCase();
  const at = keyPositions(name, args);
  const keys = at.slice(0, MOST_KEYS).map((i) => textOf(args[i]));
  const detail: Record<string, unknown> = { command: name, keys };
  const all = argumentsOf(name, args, at);
  // Before a script's own arguments stand its hash and the number of its keys.
  const others = title === undefined ? all : all.slice(2);
  if (others.length > 0) detail.arguments = others;
  const bytes = bytesWritten(name, args);
  if (bytes !== undefined) detail.bytes = bytes;
  return { name: nameOf(title ?? name, keys, at.length, others), detail };
}

/** Answers what a command's reply adds: hits and misses of a read, and its bytes. */
export function replyFacts(command: string, reply: Value): Record<string, unknown> | undefined {
  const name = command.toLowerCase();
  if (ONE.has(name)) {
    const hit = reply !== null && reply !== undefined;
    return { hit, hits: Number(hit), misses: Number(!hit), bytes: bytesOf(reply) };
  }
  if (LIST.has(name) && Array.isArray(reply)) {
    const hits = reply.filter((one) => one !== null && one !== undefined).length;
    return { hits, misses: reply.length - hits, bytes: bytesOf(reply) };
  }
  if (WHOLE.has(name)) {
    const bytes = bytesOf(reply);
    const hit = sizeOf(reply) > 0;
    return { hit, hits: Number(hit), misses: Number(!hit), bytes };
  }
  return undefined;
}

/** Answers what several commands sent as one ask for: `pipeline: get a, incr b`. */
export function batchSpeech(kind: string, commands: readonly { name: string; args: ArrayLike<Value> }[]) {
  const told = commands.slice(0, MOST_KEYS).map(({ name, args }) => commandSpeech(name, args));
  const listed = told.slice(0, KEYS_IN_NAME).map(({ name }) => name);
  if (commands.length > KEYS_IN_NAME) listed.push(`… (${commands.length} commands)`);
  const keys = [...new Set(told.flatMap(({ detail }) => detail.keys as string[]))].slice(0, MOST_KEYS);
  const detail = { command: kind, keys, commands: told.map(({ name }) => name) };
  return { name: capped(`${kind}: ${listed.join(', ')}`), detail };
}

/** Answers what the replies of a batch add: the sums of their hits, misses and bytes. */
export function batchFacts(commands: readonly { name: string }[], replies: readonly Value[]) {
  const sums = { hits: 0, misses: 0, bytes: 0 };
  let reads = 0;
  commands.forEach(({ name }, i) => {
    const facts = replies[i] instanceof Error ? undefined : replyFacts(name, replies[i]);
    if (facts === undefined) return;
    reads++;
    for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += Number(facts[key] ?? 0);
  });
  return reads > 0 ? sums : undefined;
}

function tableOf<T>(rows: [string, T][]): Map<string, T> {
  return new Map(
    rows.flatMap(([names, value]) => names.split(' ').map((name): [string, T] => [name, value])),
  );
}

function keyPositions(name: string, args: ArrayLike<Value>): number[] {
  const counted = COUNTED.get(name);
  if (counted !== undefined) {
    const count = Math.min(Number(textOf(args[counted])) || 0, args.length - counted - 1);
    // The destination of a store, the one before its number, is a key as well.
    const first = name.endsWith('store') ? [0] : [];
    return [...first, ...range(counted + 1, counted + count, 1)];
  }
  if (name === 'xread' || name === 'xreadgroup') return streams(args);
  const place = KEYS.get(name);
  if (place === null) return [];
  const [first, last, step] = place ?? [0, 0, 1];
  return range(first, Math.min(last < 0 ? args.length + last : last, args.length - 1), step);
}

function streams(args: ArrayLike<Value>): number[] {
  let at = 0;
  while (at < args.length && textOf(args[at]).toLowerCase() !== 'streams') at++;
  return range(at + 1, at + (args.length - at - 1) / 2, 1);
}

function range(first: number, last: number, step: number): number[] {
  const positions: number[] = [];
  for (let i = first; i <= last; i += step) positions.push(i);
  return positions;
}

/** Everything but the keys; what a secret-looking key or field is given is masked. */
function argumentsOf(name: string, args: ArrayLike<Value>, keys: number[]): unknown[] {
  if (UNTOLD.has(name)) return [];
  const told: unknown[] = [];
  const secretKey = keys.length > 0 && isSecretName(textOf(args[keys[0]!]));
  for (let i = 0; i < args.length; i++) {
    if (keys.includes(i)) continue;
    if (told.length === MOST_ARGUMENTS) return [...told, `… (${args.length} arguments)`];
    const secret =
      secretKey || (i > 0 && typeof args[i - 1] === 'string' && isSecretName(args[i - 1] as string));
    told.push(secret ? MASK : toldValue(args[i]));
  }
  return told;
}

function toldValue(value: Value): unknown {
  const told = Buffer.isBuffer(value) && value.length <= MOST_TEXT ? textOf(value) : tell(value);
  if (typeof told !== 'string') return told;
  const open = isSecretName(told) ? withoutSecrets(told) : told;
  return open.length <= MOST_TEXT ? open : `${open.slice(0, MOST_TEXT)}… (${open.length} characters)`;
}

/** Objects are mostly kept as JSON: `{"password":"…"}` is told without it. */
function withoutSecrets(text: string): string {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.stringify(tell(JSON.parse(text)));
  } catch {
    // Cut short, or no JSON: nothing in it can be told apart.
    return MASK;
  }
}

function nameOf(title: string, keys: string[], count: number, others: unknown[]): string {
  // Commands without keys have a subcommand, a channel, a number there.
  const listed = keys.length > 0 ? keys.slice(0, KEYS_IN_NAME) : others.slice(0, 1).map(String);
  if (count > KEYS_IN_NAME) listed.push(`… (${count} keys)`);
  return capped([title, ...listed].join(' '));
}

function capped(name: string): string {
  return name.length <= MOST_NAME ? name : `${name.slice(0, MOST_NAME)}…`;
}

function textOf(value: Value): string {
  if (typeof value === 'string') return value.length <= MOST_TEXT ? value : `${value.slice(0, MOST_TEXT)}…`;
  if (Buffer.isBuffer(value)) return value.toString('utf8', 0, Math.min(value.length, MOST_TEXT));
  return typeof value === 'number' ? String(value) : '';
}

function bytesWritten(name: string, args: ArrayLike<Value>): number | undefined {
  const place = WRITTEN.get(name);
  if (place === undefined || args.length <= place[0]) return undefined;
  const [first, step] = place;
  return bytesOf(range(first, step === 0 ? first : args.length - 1, step || 1).map((i) => args[i]));
}

/** Answers the bytes of a reply's texts, those of the first 10 000 of a list. */
function bytesOf(value: Value): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value).length;
  if (typeof value !== 'object' || value === null) return 0;
  let bytes = 0;
  for (const one of listOf(value).slice(0, MOST_COUNTED)) bytes += bytesOf(one);
  return bytes;
}

function sizeOf(value: Value): number {
  return typeof value === 'object' && value !== null ? listOf(value).length : 0;
}

function listOf(value: object): Value[] {
  if (Array.isArray(value)) return value;
  return value instanceof Map ? [...value].flat() : Object.entries(value).flat();
}
