/** Ids and times of OpenTelemetry: of a request and its calls, the same however often they are made. */

import type { RecordedSpan, Trace } from '../domain/trace.js';
import { parseTraceParent, spanIdOf, type TraceParent } from '../domain/trace-parent.cjs';

/** Time as seconds and nanoseconds since the epoch. */
export type HrTime = [seconds: number, nanoseconds: number];

/**
 * The `traceparent` of a request; undefined without exactly one that is valid, as
 * https://www.w3.org/TR/trace-context/ has it.
 */
export function traceParentOf({ headers }: Pick<Trace, 'headers'>): TraceParent | undefined {
  const values = (headers?.request ?? []).filter(([name]) => name.toLowerCase() === 'traceparent');
  return values.length === 1 ? parseTraceParent(values[0]![1]) : undefined;
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
    return spanIdOf(`${id} ${place} ${count}`);
  });
}

/** Instant of epoch ms, or length of ms, without the error that multiplying a fraction has. */
export function hrTime(ms: number): HrTime {
  const micros = Math.round(ms * 1000);
  const seconds = Math.floor(micros / 1_000_000);
  return [seconds, (micros - seconds * 1_000_000) * 1000];
}
