/** What a filter means, said once for every store. */

import type { Trace } from '../trace.js';
import type { Filter, Summary } from './store.js';

/** Answers the first and the last status that `404` or `5xx` means; undefined when it means none. */
export function statusRange(status: string): [low: number, high: number] | undefined {
  const [, digit, rest] = /^([1-5])(\d\d|xx)$/i.exec(status) ?? [];
  if (digit === undefined || rest === undefined) return undefined;
  return /\d/.test(rest) ? [Number(status), Number(status)] : [Number(digit) * 100, Number(digit) * 100 + 99];
}

/** Answers whether a filter lets a trace through. */
export function passes(filter: Filter, trace: Summary): boolean {
  const [low, high] = filter.status === undefined ? [0, Infinity] : (statusRange(filter.status) ?? [1, 0]);
  return (
    trace.start < (filter.before ?? Infinity) &&
    (filter.status === undefined || ((trace.status ?? 0) >= low && (trace.status ?? 0) <= high)) &&
    (filter.method === undefined || trace.method === filter.method.toUpperCase()) &&
    (filter.slower === undefined || (trace.duration ?? 0) >= filter.slower) &&
    (filter.path === undefined || trace.url.toLowerCase().includes(filter.path.toLowerCase()))
  );
}

/** Answers a trace as the list shows it. */
export function summaryOf(trace: Trace): Summary {
  const { id, method, url, route, status, start, duration, state, totals } = trace;
  return {
    id,
    method,
    url,
    ...(route !== undefined && { route }),
    ...(status !== undefined && { status }),
    start,
    ...(duration !== undefined && { duration }),
    state,
    totals,
    findings: [...new Set(trace.findings.map((finding) => finding.kind))],
    spans: trace.spans.length,
  };
}
