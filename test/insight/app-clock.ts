/** The clock of an app of a test, which knows its own pauses, but not how busy the machine is. */

import type { Span, Trace } from '../../src/domain/trace.js';

/** ms between two instants. */
const STEP_MS = 0.25;

/** A recorded trace whose calls begin and end in the order in which they did, with nothing but the app's pauses between. */
export function atAppClock(trace: Trace): Trace {
  const pauses = new Map<number, number>();
  const spans: Span[] = [];
  for (const span of trace.spans) {
    const [, ms] = (span.kind === 'log' && /^pause (\d+)$/.exec(span.name)) || [];
    if (ms === undefined) spans.push(span);
    else pauses.set(span.start, (pauses.get(span.start) ?? 0) + Number(ms));
  }
  const instants = new Set([...pauses.keys(), trace.duration ?? 0]);
  for (const { start, wait = 0, duration = 0 } of spans)
    for (const instant of [start, start + wait, start + wait + duration]) instants.add(instant);
  const times = new Map<number, number>();
  let now = 0;
  for (const instant of [...instants].sort((a, b) => a - b)) {
    now += STEP_MS;
    times.set(instant, now);
    now += pauses.get(instant) ?? 0;
  }
  return {
    ...trace,
    ...(trace.duration !== undefined && { duration: times.get(trace.duration)! }),
    spans: spans.map((span) => atTimes(span, times)),
  };
}

function atTimes(span: Span, times: Map<number, number>): Span {
  const { start, wait = 0, duration = 0 } = span;
  const [from, ran, to] = [start, start + wait, start + wait + duration].map(
    (instant) => times.get(instant)!,
  );
  return {
    ...span,
    start: from!,
    ...(span.wait !== undefined && { wait: ran! - from! }),
    ...(span.duration !== undefined && { duration: to! - ran! }),
  };
}
