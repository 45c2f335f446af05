/** Facts of SQL connections that verdicts need: where they lead, waits for them, bytes received. */

import type { PoolCounts, TracedCall } from '../../call/call.cjs';
import { now, type TracedRequest } from '../../request/traced-request.cjs';

/** A wait for a connection, until the first query on it takes it over. */
interface ConnectionWait {
  ms: number;
  request: TracedRequest | undefined;
  pool: PoolCounts | undefined;
}

/** Any pool takes up to 1 ms to return a free connection. */
const MIN_WAIT_MS = 1;
/** Fewer bytes are not worth their place in the line. */
const MIN_BYTES = 10_000;
const MAX_NAMES = 1000;

const numbers = new WeakMap<object, number>();
const numbersByName = new Map<string, number>();
let lastNumber = 0;

/**
 * Number of the pool of a connection, or of the database that a connection without a pool leads to:
 * the same statement elsewhere is another question. Found once per connection.
 */
export function sourceNumber<C extends object>(
  connection: C,
  pool: object | null | undefined,
  databaseOf: (connection: C) => string,
): number {
  const known = numbers.get(connection);
  if (known !== undefined) return known;
  const number = pool ? numberOfPool(pool) : numberOfName(databaseOf(connection));
  numbers.set(connection, number);
  return number;
}

/** Number of a connection's database, once it has one. */
export function knownSourceNumber(connection: object): number | undefined {
  return numbers.get(connection);
}

function numberOfPool(pool: object): number {
  let number = numbers.get(pool);
  if (number === undefined) numbers.set(pool, (number = ++lastNumber));
  return number;
}

function numberOfName(name: string): number {
  let number = numbersByName.get(name);
  if (number !== undefined) return number;
  if (numbersByName.size >= MAX_NAMES) numbersByName.clear();
  numbersByName.set(name, (number = ++lastNumber));
  return number;
}

const connectionNumbers = new WeakMap<object, number>();
let lastConnection = 0;

/** Number of a connection whose server does not tell one: the statements of a transaction share it. */
export function connectionNumber(connection: object): number {
  let number = connectionNumbers.get(connection);
  if (number === undefined) connectionNumbers.set(connection, (number = ++lastConnection));
  return number;
}

const waits = new WeakMap<object, ConnectionWait>();
let hasWaits = false;

/** Notes the wait of a call that a pool gave a connection to. */
export function noteWait(
  connection: object,
  request: TracedRequest | undefined,
  began: number,
  pool?: PoolCounts,
): void {
  hasWaits = true;
  waits.set(connection, { ms: now() - began, request, pool });
}

/** Makes a noted wait for a connection part of the first call on it, if its request waited. */
export function takeWait(call: TracedCall, connection: object): void {
  const wait = hasWaits ? waits.get(connection) : undefined;
  if (wait === undefined) return;
  waits.delete(connection);
  // A call that waited itself (Pool#query) got a connection that an earlier connect waited for.
  if (wait.request !== call.request || call.wait > 0) return;
  call.wait = wait.ms;
  call.began -= wait.ms;
  tellPool(call, wait.pool);
}

/** Adds the counts of the pool to a call that waited for it. */
export function tellPool(call: TracedCall, pool: PoolCounts | undefined): void {
  if (pool !== undefined && call.wait >= MIN_WAIT_MS && call.info !== undefined)
    (call.info.detail ??= {}).pool = pool;
}

/** Calls whose command waits in the queue of its connection, by command. */
const queued = new WeakMap<object, TracedCall>();
let queuedCount = 0;

/** Notes that a call's command waits until its connection has done the commands before. */
export function noteQueued(call: TracedCall, command: object): void {
  if (!queued.has(command)) queuedCount++;
  queued.set(command, call);
}

/** Makes the time in the connection's queue part of a call's wait, as its command is sent. */
export function startQueued(command: object, stream: unknown): void {
  if (queuedCount === 0) return;
  const call = queued.get(command);
  if (call === undefined) return;
  queued.delete(command);
  queuedCount--;
  const ms = now() - call.began - call.wait;
  if (call.ended !== 0 || ms < 0.1) return;
  call.wait += ms;
  if (call.info !== undefined) (call.info.detail ??= {}).queue = roundMs(ms);
  countBytesFrom(call, stream);
}

/** Begins to count the bytes that a call receives: connections answer one command at a time. */
export function countBytesFrom(call: TracedCall, stream: unknown): void {
  const { bytesRead } = (stream ?? {}) as { bytesRead?: unknown };
  call.received = typeof bytesRead === 'number' ? bytesRead : -1;
}

/** Facts with the bytes that a call received, if they are many. */
export function bytesFacts(call: TracedCall, stream: unknown): { bytes: number } | undefined {
  if (call.received < 0) return undefined;
  const { bytesRead } = (stream ?? {}) as { bytesRead?: unknown };
  const bytes = typeof bytesRead === 'number' ? bytesRead - call.received : 0;
  return bytes >= MIN_BYTES ? { bytes } : undefined;
}

/** Times in which the reader of a call's stream took no rows. */
const pauses = new WeakMap<TracedCall, number>();

/** Notes that rows of a call wait for their reader. */
export function notePause(call: TracedCall): void {
  if (!pauses.has(call)) pauses.set(call, now());
}

/** Adds the time since `notePause` to the call's detail. */
export function notePauseEnd(call: TracedCall): void {
  const began = pauses.get(call);
  if (began === undefined) return;
  pauses.delete(call);
  if (call.ended !== 0 || call.info === undefined) return;
  const detail = (call.info.detail ??= {});
  detail.paused = roundMs(Number(detail.paused ?? 0) + now() - began);
}

/** Notes that the rows of a call are handed over one by one, also where its reader never pauses. */
export function noteStream(call: TracedCall): void {
  if (call.ended !== 0 || call.info === undefined) return;
  const detail = (call.info.detail ??= {});
  detail.paused ??= 0;
}

function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

const MAX_ID = 64;

/** Facts with the id of the only row that a statement inserted; undefined for any other value. */
export function insertIdFacts(id: unknown): { insertId: number | string } | undefined {
  if (typeof id === 'bigint') return { insertId: String(id) };
  if (typeof id === 'number' && id > 0) return { insertId: id };
  return typeof id === 'string' && id !== '' && id.length <= MAX_ID ? { insertId: id } : undefined;
}

/** The id in a row that an INSERT … RETURNING returned. */
export function idOfRow(row: unknown): unknown {
  return typeof row === 'object' && row !== null && Object.hasOwn(row, 'id')
    ? (row as { id: unknown }).id
    : undefined;
}

/** Rows whose size is looked at: the others are about as long. */
const MAX_SAMPLES = 10;

/** Facts with the estimated bytes of rows of plain objects, from a few of them, if they are many. */
export function estimatedBytes(rows: unknown): { bytes: number } | undefined {
  if (!Array.isArray(rows) || rows.length === 0) return undefined;
  const step = Math.max(1, Math.floor(rows.length / MAX_SAMPLES));
  let sampled = 0;
  let bytes = 0;
  for (let at = 0; at < rows.length; at += step, sampled++) bytes += sizeOfRow(rows[at]);
  const total = Math.round((bytes / sampled) * rows.length);
  return total >= MIN_BYTES ? { bytes: total } : undefined;
}

function sizeOfRow(row: unknown): number {
  if (typeof row !== 'object' || row === null) return sizeOfValue(row);
  let size = 0;
  for (const key of Object.keys(row)) {
    const value = Object.getOwnPropertyDescriptor(row, key)?.value;
    size += sizeOfValue(value);
  }
  return size;
}

function sizeOfValue(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return ArrayBuffer.isView(value) ? value.byteLength : 8;
}
