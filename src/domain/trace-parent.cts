/** W3C's `traceparent`: read from a request, and written for what scooby records of it. */

import { createHash } from 'node:crypto';

/** The parts of the header. */
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
 * Reader of the header; undefined for an invalid one, as https://www.w3.org/TR/trace-context/ has it.
 * What follows in a later version is left out.
 */
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

/** Span id, 16 hex digits, of a text, such as a request's UUID. */
export function spanIdOf(text: string): string {
  const digest = createHash('sha1').update(text).digest('hex').slice(0, 16);
  // No id is all zero.
  return ALL_ZERO.test(digest) ? '0000000000000001' : digest;
}

/**
 * Header for what a recorded request calls: it hangs below the request's own span, in the trace that
 * the request came with, if any.
 */
export function traceParentBelow(uuid: string, incoming: string | undefined): string {
  const given = incoming === undefined ? undefined : parseTraceParent(incoming);
  const flags = (given?.flags ?? 1).toString(16).padStart(2, '0');
  return `00-${given?.traceId ?? traceIdOf(uuid)}-${spanIdOf(uuid)}-${flags}`;
}
