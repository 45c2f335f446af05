/** What the badge says of a request: its time, queries and findings, as far as they are known. */

/** A finding as the badge lists it. */
export interface BadgeFinding {
  message: string;
  site?: string;
}

/** Figures of a request; those of its head come first, those of its outline are final. */
export interface Figures {
  ms?: number;
  queries?: number;
  /** Missing until the outline is known. */
  findings?: BadgeFinding[];
}

/** An entry of Server-Timing, as a resource's `serverTiming` has them. */
export interface TimingEntry {
  name: string;
  duration: number;
  description: string;
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Id of the request that a resource came by; undefined where it passed no proxy of scooby. */
export function requestIdOf(entries: readonly TimingEntry[]): string | undefined {
  const id = entries.find(({ name }) => name === 'scooby-id')?.description;
  return id !== undefined && UUID.test(id) ? id : undefined;
}

/** Figures of a response's head. */
export function headFigures(entries: readonly TimingEntry[]): Figures {
  const total = entries.find(({ name }) => name === 'total');
  const sql = entries.find(({ name }) => name === 'sql');
  if (total === undefined) return {};
  return { ms: total.duration, queries: Number.parseInt(sql?.description ?? '0', 10) || 0 };
}

/** Figures of an outline (docs/trace.md); undefined where it is none, or the request is still running. */
export function outlineFigures(outline: unknown): Figures | undefined {
  const { duration, totals, findings } = (outline ?? {}) as Record<string, unknown>;
  if (typeof duration !== 'number' || !Array.isArray(findings)) return undefined;
  const count = (totals as { sql?: { count?: unknown } } | undefined)?.sql?.count;
  return {
    ms: duration,
    queries: typeof count === 'number' ? count : 0,
    findings: findings.map(({ message, site }: Record<string, unknown>) => ({
      message: String(message),
      ...(typeof site === 'string' && { site }),
    })),
  };
}

/** The sum of several requests; findings are known where those of each are. */
export function sumOfFigures(all: readonly Figures[]): Figures {
  const known = all.every(({ findings }) => findings !== undefined);
  return {
    ms: all.reduce((sum, { ms = 0 }) => sum + ms, 0),
    queries: all.reduce((sum, { queries = 0 }) => sum + queries, 0),
    ...(known && { findings: all.flatMap(({ findings = [] }) => findings) }),
  };
}

/** `85 ms · 51 queries · 2 findings`; what is not known is left out. */
export function describeFigures({ ms, queries, findings }: Figures): string {
  const parts = [
    ...(ms === undefined ? [] : [formatMs(ms)]),
    ...(queries === undefined ? [] : [counted(queries, 'query', 'queries')]),
    ...(findings === undefined ? [] : [counted(findings.length, 'finding', 'findings')]),
  ];
  return parts.length === 0 ? 'no figures yet' : parts.join(' · ');
}

function formatMs(ms: number): string {
  if (ms >= 9995) return `${(ms / 1000).toFixed(1)} s`;
  return ms >= 10 ? `${Math.round(ms)} ms` : `${Math.round(ms * 10) / 10} ms`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
