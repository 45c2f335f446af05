/** Ids and times of OpenTelemetry: of a request and its calls, the same however often they are made. */

import { createHash } from 'node:crypto';
import type { RecordedSpan, Trace } from '../domain/trace.js';

/** Time as seconds and nanoseconds since the epoch. */
export type HrTime = [seconds: number, nanoseconds: number];

/** The part of W3C's `traceparent` that a caller sent. */
export interface TraceParent {
  /** 32 hex digits. */
  traceId: string;
  /** 16 hex digits. */
  spanId: string;
  /** 1 where the caller keeps the trace. */
  flags: number;
}

const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(.*)$/s;
const ALL_ZERO = /^0+$/;

/**
 * The `traceparent` of a request; undefined without exactly one that is valid, as
 * https://www.w3.org/TR/trace-context/ has it.
 */
export function traceParentOf({ headers }: Pick<Trace, 'headers'>): TraceParent | undefined {
  const values = (headers?.request ?? []).filter(([name]) => name.toLowerCase() === 'traceparent');
  return values.length === 1 ? parseTraceParent(values[0]![1]) : undefined;
}

/** Reader of one header; undefined for an invalid one. What follows in a later version is left out. */
export function parseTraceParent(text: string): TraceParent | undefined {
  const [, version, traceId, spanId, flags, rest] = TRACEPARENT.exec(text.trim()) ?? [];
  if (traceId === undefined || ALL_ZERO.test(traceId) || ALL_ZERO.test(spanId!)) return undefined;
  if (version === '00' ? rest !== '' : rest !== '' && !rest!.startsWith('-')) return undefined;
  return { traceId, spanId: spanId!, flags: Number.parseInt(flags!, 16) };
}

/** Trace id, 32 hex digits, of a request's UUID. */
export function traceIdOf(uuid: string): string {
  return uuid.replaceAll('-', '').toLowerCase();
}

/** Span id, 16 hex digits, of the request itself. */
export function rootSpanId(uuid: string): string {
  return hashOf(uuid);
}

/**
 * Span ids of the calls of a request. A call keeps its id when a later one has the request sent
 * again, since it has the same place among the calls of its kind at its instant.
 */
export function spanIdsOf({ id, spans }: { id: string; spans: RecordedSpan[] }): string[] {
  const counts = new Map<string, number>();
  return spans.map(({ kind, library, start }) => {
    const place = `${kind} ${library} ${Math.round(start * 1000)}`;
    const count = (counts.get(place) ?? 0) + 1;
    counts.set(place, count);
    return hashOf(`${id} ${place} ${count}`);
  });
}

function hashOf(text: string): string {
  const digest = createHash('sha1').update(text).digest('hex').slice(0, 16);
  // No id is all zero.
  return ALL_ZERO.test(digest) ? '0000000000000001' : digest;
}

/** Instant of epoch ms, or length of ms, without the error that multiplying a fraction has. */
export function hrTime(ms: number): HrTime {
  const micros = Math.round(ms * 1000);
  const seconds = Math.floor(micros / 1_000_000);
  return [seconds, (micros - seconds * 1_000_000) * 1000];
}
