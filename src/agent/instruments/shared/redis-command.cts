/** What a Redis command says, whichever client sends it: its keys, its arguments without secrets, whether it hit, how many bytes. */

import { isSecretName, REDACTED } from '../../../domain/redact.cjs';
import { bytesIn, serialize } from '../../record/serialize.cjs';
import {
  cacheBatchInfo as batch,
  byteLengthOf,
  type CacheFacts,
  cacheCallInfo,
  elementsOf,
  MAX_KEYS,
  readFacts,
} from './cache.cjs';
import { argumentText, keyPositions, writtenPositions } from './redis-keys.cjs';

/** An argument or a reply as clients have them: text, bytes, numbers, null, and lists or maps of those. */
type Value = unknown;

const MOST_ARGUMENTS = 20;
const MOST_TEXT = 256;

// Reads whose null means that there was nothing: of one value, of a list of them, of a map that is empty then.
const ONE = new Set(['get', 'getex', 'getdel', 'hget', 'json.get']);
const LIST = new Set(['mget', 'hmget', 'json.mget']);
const WHOLE = new Set(['hgetall']);
// What they are given lets people in.
const UNTOLD = new Set(['auth', 'hello', 'acl', 'migrate', 'config', 'client']);

/** Answers what a command asks for: `get user:42`, with its keys and its other arguments; a script goes by its `title`. */
export function redisCallInfo(command: string, args: ArrayLike<Value>, title?: string) {
  const name = command.toLowerCase();
  const at = keyPositions(name, args);
  const all = argumentsOf(name, args, at);
  const written = writtenPositions(name, args);
  return cacheCallInfo(name, {
    keys: at.slice(0, MAX_KEYS).map((i) => argumentText(args[i])),
    count: at.length,
    // Before a script's own arguments stand its hash and the number of its keys.
    others: title === undefined ? all : all.slice(2),
    bytes: written && byteLengthOf(written.map((i) => args[i])),
    title,
  });
}

/** Answers what a command's reply adds: hits and misses of a read, and its bytes. */
export function replyFacts(command: string, reply: Value): CacheFacts | undefined {
  const name = command.toLowerCase();
  if (ONE.has(name)) return readFacts(1, Number(reply !== null && reply !== undefined), byteLengthOf(reply));
  if (WHOLE.has(name)) return readFacts(1, Math.min(1, sizeOf(reply)), byteLengthOf(reply));
  if (!LIST.has(name) || !Array.isArray(reply)) return undefined;
  const all = elementsOf(reply);
  const found = all.filter((one) => one !== null && one !== undefined);
  return readFacts(all.length, found.length, byteLengthOf(found));
}

/** Answers what several commands sent as one ask for: `pipeline: get a, incr b`. */
export function redisBatchInfo(kind: string, commands: readonly { name: string; args: ArrayLike<Value> }[]) {
  const told = commands.slice(0, MAX_KEYS).map(({ name, args }) => redisCallInfo(name, args));
  return batch(kind, told, commands.length);
}

/** Answers what the replies of a batch add: the sums of their hits, misses and bytes. */
export function redisBatchFacts(commands: readonly { name: string }[], replies: readonly Value[]) {
  const sums = { hits: 0, misses: 0, bytes: 0 };
  let reads = 0;
  commands.forEach(({ name }, i) => {
    const facts = replies[i] instanceof Error ? undefined : replyFacts(name, replies[i]);
    if (facts === undefined) return;
    reads++;
    for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += facts[key];
  });
  return reads > 0 ? sums : undefined;
}

const OBJECT = /^\s*[[{]/;

/** Everything but the keys; what a secret-looking key or field is given is masked. */
function argumentsOf(name: string, args: ArrayLike<Value>, keys: number[]): unknown[] {
  if (UNTOLD.has(name)) return [];
  const told: unknown[] = [];
  const secretKey = keys.length > 0 && isSecretName(argumentText(args[keys[0]!]));
  for (let i = 0; i < args.length; i++) {
    if (keys.includes(i)) continue;
    if (told.length === MOST_ARGUMENTS) return [...told, `… (${args.length} arguments)`];
    const secret = secretKey || (i > 0 && namesSecret(args[i - 1]));
    told.push(secret ? REDACTED : toldValue(args[i]));
  }
  return told;
}

// A field, that is; an object kept as JSON has its own secrets.
function namesSecret(value: Value): boolean {
  return typeof value === 'string' && !OBJECT.test(value) && isSecretName(value);
}

function toldValue(value: Value): unknown {
  const bytes = bytesIn(value);
  const told = bytes !== undefined && bytes.length <= MOST_TEXT ? argumentText(bytes) : serialize(value);
  if (typeof told !== 'string') return told;
  const open = isSecretName(told) ? withoutSecrets(told) : told;
  return open.length <= MOST_TEXT ? open : `${open.slice(0, MOST_TEXT)}… (${open.length} characters)`;
}

/** Objects are mostly kept as JSON: `{"password":"…"}` is told without it. */
function withoutSecrets(text: string): string {
  if (!OBJECT.test(text)) return text;
  try {
    return JSON.stringify(serialize(JSON.parse(text)));
  } catch {
    // Cut short, or no JSON: nothing in it can be told apart.
    return REDACTED;
  }
}

function sizeOf(value: Value): number {
  return typeof value === 'object' && value !== null ? elementsOf(value).length : 0;
}
