/** Names, details and outcomes of Redis commands of any client: keys, redacted arguments, hits. */

import { redaction } from '../../../domain/redaction.cjs';
import { isSecretField, isSecretName } from '../../../domain/secret-names.cjs';
import { REDACTED } from '../../../domain/secret-shapes.cjs';
import { bytesIn } from '../../record/app-values.cjs';
import { serialize } from '../../record/serialize.cjs';
import {
  byteLengthOf,
  type CacheFacts,
  cacheBatchInfo,
  cacheCallInfo,
  elementsOf,
  MAX_KEYS,
  readFacts,
} from './cache.cjs';
import { argumentText, keyPositions, valuePositions } from './redis-keys.cjs';

/** An argument or a reply: text, bytes, number, null, or lists and maps of them. */
type Value = unknown;

const MAX_ARGUMENTS = 20;
const MAX_TEXT_LENGTH = 256;

// Reads whose reply shows a miss: null, nulls in a list, or an empty map.
const SINGLE_READS = new Set(['get', 'getex', 'getdel', 'hget', 'json.get']);
const LIST_READS = new Set(['mget', 'hmget', 'json.mget']);
const MAP_READS = new Set(['hgetall']);
// Arguments are credentials.
const CREDENTIAL_COMMANDS = new Set(['auth', 'hello', 'acl', 'migrate', 'config', 'client']);

/** Name and detail of a command: `get user:42`; `title` is the name of a script. */
export function redisCallInfo(command: string, args: ArrayLike<Value>, title?: string) {
  const name = command.toLowerCase();
  const positions = keyPositions(name, args);
  const others = otherArguments(name, args, positions);
  const values = valuePositions(name, args);
  return cacheCallInfo(name, {
    keys: positions.slice(0, MAX_KEYS).map((i) => argumentText(args[i])),
    count: positions.length,
    // A script's hash and the number of its keys precede its own arguments.
    others: title === undefined ? others : others.slice(2),
    bytes: values && byteLengthOf(values.map((i) => args[i])),
    title,
  });
}

/** Hits, misses and bytes of a command's reply; undefined if it is not a read. */
export function replyFacts(command: string, reply: Value): CacheFacts | undefined {
  const name = command.toLowerCase();
  if (SINGLE_READS.has(name))
    return readFacts(1, Number(reply !== null && reply !== undefined), byteLengthOf(reply));
  if (MAP_READS.has(name)) return readFacts(1, Math.min(1, sizeOf(reply)), byteLengthOf(reply));
  if (!LIST_READS.has(name) || !Array.isArray(reply)) return undefined;
  const elements = elementsOf(reply);
  const found = elements.filter((element) => element !== null && element !== undefined);
  return readFacts(elements.length, found.length, byteLengthOf(found));
}

/** Name and detail of a pipeline or MULTI: `pipeline: get a, incr b`. */
export function redisBatchInfo(kind: string, commands: readonly { name: string; args: ArrayLike<Value> }[]) {
  const infos = commands.slice(0, MAX_KEYS).map(({ name, args }) => redisCallInfo(name, args));
  return cacheBatchInfo(kind, infos, commands.length);
}

/** Sums of hits, misses and bytes of a batch; undefined if it has no reads. */
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

const KEY_PARTS = /[:|/]/;
const JSON_START = /^\s*[[{]/;

/** Arguments except the keys; values of secret-looking keys or fields are redacted. */
function otherArguments(name: string, args: ArrayLike<Value>, keys: number[]): unknown[] {
  if (CREDENTIAL_COMMANDS.has(name) && !redaction.isOff) return [];
  const others: unknown[] = [];
  const secretKey = keys.length > 0 && namesSecretKey(argumentText(args[keys[0]!]));
  // Positions of keys ascend.
  let nextKey = 0;
  for (let i = 0; i < args.length; i++) {
    if (keys[nextKey] === i) {
      nextKey++;
      continue;
    }
    if (others.length === MAX_ARGUMENTS) return [...others, `… (${args.length} arguments)`];
    const isBehindKey = nextKey > 0 && keys[nextKey - 1] === i - 1;
    const secret = secretKey || (i > 0 && namesSecret(args[i - 1], args[i], isBehindKey));
    others.push(secret ? REDACTED : redactedValue(args[i]));
  }
  return others;
}

// Only field names: a JSON value is redacted by redactedJson.
function namesSecret(name: Value, value: Value, isKey: boolean): boolean {
  if (typeof name !== 'string' || JSON_START.test(name)) return false;
  // `max_tokens:9` has the name of no secret, but as one word it would.
  if (isKey && KEY_PARTS.test(name)) return namesSecretKey(name);
  return isSecretField(name, argumentText(value));
}

function redactedValue(value: Value): unknown {
  const bytes = bytesIn(value);
  const shown = serialize(
    bytes !== undefined && bytes.length <= MAX_TEXT_LENGTH ? argumentText(bytes) : value,
  );
  if (typeof shown !== 'string') return shown;
  if (shown.length <= MAX_TEXT_LENGTH) return shown;
  return `${shown.slice(0, MAX_TEXT_LENGTH)}… (${shown.length} characters)`;
}

function sizeOf(value: Value): number {
  return typeof value === 'object' && value !== null ? elementsOf(value).length : 0;
}

/** `user:42:token`: one of the parts of a key is a secret's name. */
function namesSecretKey(key: string): boolean {
  return key.split(KEY_PARTS).some((part) => isSecretName(part) && !/^(?:code|key|ticket)$/i.test(part));
}
