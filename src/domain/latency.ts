/** Latencies: ms that each round trip to a kind of service, or to that of one library, takes longer. */

/** ms by kind or library; `all` stands for every kind that is not named. */
export type Latencies = Record<string, number>;

/** Name of the latency of all kinds. */
export const ALL_LATENCIES = 'all';
const MAX_LATENCY_MS = 60_000;
const UNITS: Record<string, number> = { us: 0.001, µs: 0.001, ms: 1, s: 1000 };

/**
 * Latencies of `2ms`, `sql=2ms,cache=1ms` or `pg=5`; undefined for other text. A number without a
 * unit is ms.
 */
export function parseLatencies(text: string): Latencies | undefined {
  const latencies: Latencies = {};
  for (const part of text.split(',')) {
    const [, name, digits, unit = 'ms'] =
      /^\s*(?:([\w@/.-]+)\s*=\s*)?(\d+(?:\.\d+)?)\s*(us|µs|ms|s)?\s*$/i.exec(part) ?? [];
    const ms = Number(digits) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
    const key = name?.toLowerCase() ?? ALL_LATENCIES;
    if (!(ms <= MAX_LATENCY_MS) || Object.hasOwn(latencies, key) || key === '__proto__') return undefined;
    latencies[key] = ms;
  }
  return latencies;
}

/** `2ms`; `sql=2ms,cache=1ms`. */
export function formatLatencies(latencies: Latencies): string {
  return Object.entries(latencies)
    .map(([name, ms]) => (name === ALL_LATENCIES ? '' : `${name}=`) + formatLatency(ms))
    .join(',');
}

/** `2ms`, `0.5ms`: not rounded, as it is what was asked for. */
export function formatLatency(ms: number): string {
  return `${Math.round(ms * 1000) / 1000}ms`;
}

/** Latency of a library's calls of a kind: its own, that of the kind, or that of all. */
export function latencyOf(latencies: Latencies, kind: string, library: string): number {
  for (const name of [library, kind, ALL_LATENCIES])
    if (Object.hasOwn(latencies, name)) return latencies[name]!;
  return 0;
}
