/** What a cache call is, whichever library makes it: its command, its keys, what it writes, and whether it hit. */

import { bytesIn, itemsIn, serialize } from '../../record/serialize.cjs';
import type { CallInfo } from '../instrument.cjs';

/** What a command is sent with. */
export interface CacheArguments {
  /** The first of its keys at least. */
  keys: string[];
  /** How many keys it has, where those are not all. */
  count?: number;
  /** What else it is given, fit to be told. */
  others?: unknown[];
  /** How many bytes it writes. */
  bytes?: number | undefined;
  /** What it is called, where that is not the command. */
  title?: string | undefined;
}

/** Whether a read hit: of one key `hit`, of several how many; and the bytes that it got. */
export interface CacheFacts extends Record<string, unknown> {
  hit?: boolean;
  hits: number;
  misses: number;
  bytes: number;
}

/** Of how many keys, or commands of a batch, a span tells. */
export const MAX_KEYS = 100;
const IN_NAME = 3;
const MOST_NAME = 120;
const MOST_COUNTED = 10_000;
// Replies are lists of lists at most; what the app has put into one may lead back to itself.
const DEEPEST = 6;

let counted = 0;

/** Answers a command in words: `get user:42`, of several keys the first three and how many there are. */
export function cacheCallInfo(
  command: string,
  asked: CacheArguments,
): CallInfo & { detail: Record<string, unknown> } {
  const { keys, count = keys.length, others = [], bytes, title = command } = asked;
  const detail: Record<string, unknown> = { command, keys: keys.slice(0, MAX_KEYS) };
  if (others.length > 0) detail.arguments = others;
  if (bytes !== undefined) detail.bytes = bytes;
  // Commands without keys have a subcommand, a channel, a number there.
  const listed = keys.length > 0 ? keys : others.slice(0, 1).map(wordsOf);
  return { name: capped([title, ...firstOf(listed, count, 'keys')].join(' ')), detail };
}

/** Answers several commands sent as one in words: `pipeline: get a, incr b`; `count` is how many there are. */
export function cacheBatchInfo(
  kind: string,
  commands: ReturnType<typeof cacheCallInfo>[],
  count: number,
): CallInfo {
  const names = commands.map(({ name }) => name);
  const keys = [...new Set(commands.flatMap(({ detail }) => detail.keys as string[]))].slice(0, MAX_KEYS);
  const name = capped(`${kind}: ${firstOf(names, count, 'commands').join(', ')}`);
  return { name, detail: { command: kind, keys, commands: names } };
}

/** Answers what a read adds that asked for so many keys and found so many. */
export function readFacts(asked: number, hits: number, bytes: number): CacheFacts {
  return { ...(asked === 1 && { hit: hits === 1 }), hits, misses: asked - hits, bytes };
}

/** Answers the keys that a client was given: one, a list of them, or none. */
export function givenKeys(given: unknown): string[] {
  if (given === undefined) return [];
  return (Array.isArray(given) ? elementsOf(given) : [given]).map((key) =>
    wordsOf(bytesIn(key)?.toString() ?? serialize(key)),
  );
}

function wordsOf(told: unknown): string {
  return typeof told === 'string' ? told : JSON.stringify(told);
}

/** Answers the bytes of what a cache holds: text, bytes, numbers, and lists or maps of those, of which the first 10 000 count. */
export function byteLengthOf(value: unknown, depth = 0): number {
  if (depth === 0) counted = 0;
  counted++;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number' || typeof value === 'bigint') return String(value).length;
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return 0;
  const held = bytesIn(value)?.length;
  if (held !== undefined) return held;
  let bytes = 0;
  for (const one of elementsOf(value)) if (counted < MOST_COUNTED) bytes += byteLengthOf(one, depth + 1);
  return bytes;
}

/** Answers what a list or a map holds, keys of maps included, as far as it is counted. */
export function elementsOf(value: object): unknown[] {
  return itemsIn(value, MOST_COUNTED);
}

function firstOf(words: string[], count: number, what: string): string[] {
  return count > IN_NAME ? [...words.slice(0, IN_NAME), `… (${count} ${what})`] : words;
}

function capped(name: string): string {
  return name.length <= MOST_NAME ? name : `${name.slice(0, MOST_NAME)}…`;
}
