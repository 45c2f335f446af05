/** Pictures of many requests: latencies over time, and their histogram. */

import { hasErrors, hasRepeatedCalls } from '../../../domain/request.js';
import type { Summary } from '../../../domain/trace.js';

/** What a dot stands for: the worst that can be said of the request. */
export type DotRole = 'error' | 'repeated' | 'fine';

/** A request in the picture. */
export interface LatencyDot {
  id: string;
  /** Epoch ms. */
  at: number;
  /** ms. */
  ms: number;
  role: DotRole;
}

/** Dots of finished requests. */
export function latencyDots(rows: readonly Summary[]): LatencyDot[] {
  return rows.flatMap((row) => (row.duration === undefined ? [] : [dotOf(row, row.duration)]));
}

function dotOf(row: Summary, ms: number): LatencyDot {
  const role = hasErrors(row) ? 'error' : hasRepeatedCalls(row) ? 'repeated' : 'fine';
  return { id: row.id, at: row.start, ms, role };
}

/** Times between which all dots are, rounded to 1, 2 or 5 and zeros; at least a factor of ten. */
export function latencyRange(dots: readonly Pick<LatencyDot, 'ms'>[]): { low: number; high: number } {
  const times = dots.map(({ ms }) => Math.max(0.1, ms));
  const low = roundDown(times.length > 0 ? Math.min(...times) : 1);
  const high = roundUp(times.length > 0 ? Math.max(...times) : 100);
  return { low, high: Math.max(high, low * 10) };
}

const STEPS = [1, 2, 5, 10];

function roundDown(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(ms));
  return Number(((STEPS.findLast((step) => step * power <= ms * 1.000001) ?? 1) * power).toPrecision(1));
}

function roundUp(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(ms));
  return Number(((STEPS.find((step) => step * power >= ms * 0.999999) ?? 10) * power).toPrecision(1));
}

/** Powers of ten within a range, for the marks of its axis. */
export function decadesIn({ low, high }: { low: number; high: number }): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) =>
    Number((10 ** (first + n)).toPrecision(1)),
  );
}

/** Requests whose time is from `from` on and below `to`; ms. */
export interface LatencyBar {
  from: number;
  to: number;
  count: number;
  /** Those among them that failed, and those that repeat calls. */
  errors: number;
  repeated: number;
}

/** Bars of a histogram with `count` bars, equally wide on a logarithmic axis. */
export function latencyBars(dots: readonly LatencyDot[], count: number): LatencyBar[] {
  if (dots.length === 0) return [];
  const { low, high } = latencyRange(dots);
  const growth = (high / low) ** (1 / count);
  const bars = Array.from(
    { length: count },
    (_, n): LatencyBar => ({
      from: low * growth ** n,
      to: low * growth ** (n + 1),
      count: 0,
      errors: 0,
      repeated: 0,
    }),
  );
  for (const { ms, role } of dots) {
    const at = Math.floor(Math.log(Math.max(low, ms) / low) / Math.log(growth) + 1e-9);
    const bar = bars[Math.max(0, Math.min(count - 1, at))]!;
    bar.count++;
    if (role === 'error') bar.errors++;
    if (role === 'repeated') bar.repeated++;
  }
  return bars;
}

/** Time that a share (0 to 1) of the dots did not exceed; undefined without any. */
export function latencyAt(dots: readonly LatencyDot[], share: number): number | undefined {
  const times = dots.map(({ ms }) => ms).sort((a, b) => a - b);
  return times[Math.max(0, Math.ceil(times.length * share) - 1)];
}
