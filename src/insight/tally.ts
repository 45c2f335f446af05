/** What a trace adds to the figures over all requests: one tally for each statement at a line, for its route, for each finding. */

import type { Tally, Trace } from '../trace.js';
import { callsOf } from './calls.js';
import { hash } from './hash.js';
import { routeOf } from './keys.js';

const LONGEST = 2000;

/** Answers what is to be added up of a trace, its request first; nothing of what ran outside of requests. */
export function tallyOf(trace: Trace): Tally[] {
  if (trace.outside) return [];
  return [requestTally(trace), ...callTallies(trace), ...findingTallies(trace)];
}

function requestTally(trace: Trace): Tally {
  const { method, status, state, duration, totals } = trace;
  const route = routeOf(trace);
  const failed = state === 'died' || (status ?? 0) >= 500;
  return {
    key: hash(`request\n${method}\n${route}`),
    of: 'request',
    kind: method,
    text: route,
    times: duration === undefined ? [] : [duration],
    errors: failed ? 1 : 0,
    queries: totals.sql?.count ?? 0,
  };
}

function callTallies(trace: Trace): Tally[] {
  const tallies = new Map<string, Tally>();
  for (const { span, shape } of callsOf(trace)) {
    // What is logged takes no time, and says something else each time.
    if (span.kind === 'log') continue;
    const text = shape.slice(0, LONGEST);
    const name = `${span.kind}\n${text}\n${span.site ?? ''}`;
    let tally = tallies.get(name);
    if (!tally) {
      const { kind, site } = span;
      const where = site !== undefined && { site, function: functionAt(span) };
      tally = { key: hash(name), of: 'call', kind, text, ...where, times: [], errors: 0, queries: 0 };
      tallies.set(name, tally);
    }
    // One that never ended took at least as long as the request went on.
    tally.times.push(span.duration ?? Math.max(0, (trace.duration ?? 0) - span.start));
    if (span.error !== undefined) tally.errors++;
  }
  return [...tallies.values()];
}

function functionAt({ stack }: Trace['spans'][number]): string {
  return stack.find((frame) => frame.application)?.function ?? '';
}

function findingTallies(trace: Trace): Tally[] {
  const route = `${trace.method} ${routeOf(trace)}`;
  return trace.findings.map(({ id, kind, message, site, function: name, ms }) => ({
    key: id,
    of: 'finding',
    kind,
    text: message.slice(0, LONGEST),
    ...(site !== undefined && { site }),
    ...(name !== undefined && { function: name }),
    route,
    times: [ms],
    errors: 0,
    queries: 0,
  }));
}
