/** Span names and details of cache calls of any client: command, keys, bytes, hits and misses. */

import { redactKey } from '../../../domain/redact.cjs';
import { bytesIn, isList, itemsIn, listOf } from '../../record/app-values.cjs';
import { serialize } from '../../record/serialize.cjs';
import { toJson } from '../../record/to-json.cjs';
import type { CallInfo } from '../instrument.cjs';

/** Arguments of a cache command. */
export interface CacheArguments {
  /** All keys, or the first of them together with `count`. */
  keys: string[];
  /** Number of keys; default `keys.length`. */
  count?: number;
  /** Arguments other than keys, serialized and redacted. */
  others?: unknown[];
  /** Number of bytes written. */
  bytes?: number | undefined;
  /** Name shown instead of the command, such as that of a script. */
  title?: string | undefined;
}

/** Outcome of a read: `hit` only for a single key, and the bytes received. */
export interface CacheFacts extends Record<string, unknown> {
  hit?: boolean;
  hits: number;
  misses: number;
  bytes: number;
}

/** Number of keys, or of commands of a batch, that a span lists. */
export const MAX_KEYS = 100;
const MAX_IN_NAME = 3;
const MAX_NAME_LENGTH = 120;
const MAX_COUNTED = 10_000;
const MAX_KEY_BYTES = 1024;
// Replies are lists of lists at most; an object of the app's may be circular.
const MAX_DEPTH = 6;

let counted = 0;

/** Name and detail of a command: `get user:42`; of many keys, the first three and a count. */
export function cacheCallInfo(
  command: string,
  request: CacheArguments,
): CallInfo & { detail: Record<string, unknown> } {
  const { count = request.keys.length, others = [], bytes, title = command } = request;
  const keys = request.keys.slice(0, MAX_KEYS).map(redactKey);
  const detail: Record<string, unknown> = { command, keys };
  if (others.length > 0) detail.arguments = others;
  if (bytes !== undefined) detail.bytes = bytes;
  // Without keys the first argument identifies the command: a subcommand, a channel, a number.
  const listed = keys.length > 0 ? keys : others.slice(0, 1).map(textOf);
  return { name: truncated([title, ...firstOf(listed, count, 'keys')].join(' ')), detail };
}

/** Name and detail of a batch of `count` commands: `pipeline: get a, incr b`. */
export function cacheBatchInfo(
  kind: string,
  commands: ReturnType<typeof cacheCallInfo>[],
  count: number,
): CallInfo {
  const names = commands.map(({ name }) => name);
  const keys = [...new Set(commands.flatMap(({ detail }) => detail.keys as string[]))].slice(0, MAX_KEYS);
  const name = truncated(`${kind}: ${firstOf(names, count, 'commands').join(', ')}`);
  return { name, detail: { command: kind, keys, commands: names } };
}

/** Outcome of a read of `keyCount` keys of which `hits` were found. */
export function readFacts(keyCount: number, hits: number, bytes: number): CacheFacts {
  return { ...(keyCount === 1 && { hit: hits === 1 }), hits, misses: keyCount - hits, bytes };
}

/** Keys as text, from a client's argument: a single key, a list of keys, or undefined. */
export function keyTexts(keys: unknown): string[] {
  if (keys === undefined) return [];
  return (isList(keys) ? listOf(keys, MAX_COUNTED) : [keys]).map((key, i) =>
    i < MAX_KEYS ? textOf(bytesIn(key)?.toString('utf8', 0, MAX_KEY_BYTES) ?? serialize(key)) : '',
  );
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : toJson(value);
}

/**
 * Size in bytes of a cached value: text, bytes, number, or lists and maps of them.
 * Counts the first 10 000 elements.
 */
export function byteLengthOf(value: unknown, depth = 0): number {
  if (depth === 0) counted = 0;
  counted++;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number' || typeof value === 'bigint') return String(value).length;
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return 0;
  const length = bytesIn(value)?.length;
  if (length !== undefined) return length;
  let bytes = 0;
  for (const element of elementsOf(value))
    if (counted < MAX_COUNTED) bytes += byteLengthOf(element, depth + 1);
  return bytes;
}

/** The first 10 000 elements of a list or a map, keys of maps included. */
export function elementsOf(value: object): unknown[] {
  return itemsIn(value, MAX_COUNTED);
}

function firstOf(names: string[], count: number, noun: string): string[] {
  return count > MAX_IN_NAME ? [...names.slice(0, MAX_IN_NAME), `… (${count} ${noun})`] : names;
}

function truncated(name: string): string {
  return name.length <= MAX_NAME_LENGTH ? name : `${name.slice(0, MAX_NAME_LENGTH)}…`;
}
