/** Latencies that the keys `]` and `[` go through. */

/** ms. */
const LATENCIES = [0, 0.5, 1, 2, 5, 10, 20, 50, 100];

/** The next larger latency in ms, or the next smaller one; the same at either end. */
export function nextLatency(latency: number, step: 1 | -1): number {
  const at = LATENCIES.indexOf(latency) + step;
  return LATENCIES[Math.max(0, Math.min(LATENCIES.length - 1, at))]!;
}
