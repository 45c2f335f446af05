/** Figures: what each trace adds to the sums over all of them, a row for each subject and bucket of time; and adding them up. Pure. */

import { Accumulator, type BucketCounts } from '../domain/aggregate.js';
import { binsOf } from '../domain/histogram.js';
import type { Sample } from '../domain/sample.js';
import { roundToMicros } from '../domain/trace.js';
import type { Aggregate, AggregateBy } from './store.js';

/** One trace's calls of one subject in one bucket. Times are whole µs. */
export interface RollupRow {
  tally: Sample;
  bucket: number;
  count: number;
  total: number;
  errors: number;
  queries: number;
  /** What all calls of the same text cost in the trace, in one row of them: it counts its requests, and finds the worst. */
  byText: number | null;
  /** The same of the subject, and of all subjects at its line. */
  byKey: number | null;
  bySite: number | null;
}

/** Answers the rows that a trace's tallies are kept as. */
export function rollupRowsOf(tallies: Sample[]): RollupRow[] {
  const texts = new Map<string, RollupRow>();
  const sites = new Map<string, RollupRow>();
  return tallies.flatMap((tally) => {
    const figures = bucketsOf(tally);
    const whole = figures.reduce((sum, { total }) => sum + total, 0);
    const [first] = figures;
    first!.byKey = whole;
    const text = keep(texts, `${tally.of}\n${tally.kind}\n${tally.text}`, first!);
    text.byText = (text.byText ?? 0) + whole;
    if (tally.of === 'call' && tally.site !== undefined) {
      const site = keep(sites, tally.site, first!);
      site.bySite = (site.bySite ?? 0) + whole;
    }
    return figures;
  });
}

function keep(known: Map<string, RollupRow>, name: string, figure: RollupRow): RollupRow {
  const before = known.get(name);
  if (before) return before;
  known.set(name, figure);
  return figure;
}

function bucketsOf(tally: Sample): RollupRow[] {
  // A request that has not ended, or died, has no time, and is counted all the same.
  const bins = binsOf(tally.times.length > 0 ? tally.times : [undefined]);
  const none = { errors: 0, queries: 0, byText: null, byKey: null, bySite: null };
  const figures = bins.map((bin): RollupRow => ({ tally, ...bin, ...none }));
  figures[0]!.errors = tally.errors;
  figures[0]!.queries = tally.queries;
  return figures;
}

/** Figures of several traces added up: those of one subject and one bucket. Times are whole µs. */
export interface RollupPart extends Omit<Sample, 'times' | 'of'>, BucketCounts {
  requests: number;
  mostQueries: number;
  /** Of the trace in which it cost most. */
  worst: number;
  id: string;
}

/** Answers which figures of a trace stand for its part in a sum: those that are not null. */
export const SHARE_COLUMN: Record<AggregateBy, 'byText' | 'bySite' | 'byKey'> = {
  statement: 'byText',
  site: 'bySite',
  call: 'byKey',
  route: 'byKey',
  finding: 'byKey',
  request: 'byKey',
};

/** Answers the tallies that a sum is made of. */
export const SUBJECT_OF: Record<AggregateBy, Sample['of']> = {
  statement: 'call',
  site: 'call',
  call: 'call',
  route: 'request',
  finding: 'finding',
  request: 'request',
};

/** Answers what names a sum. */
function nameOf(by: AggregateBy, { kind, text, site, key }: RollupPart): string | undefined {
  if (by === 'statement') return `${kind}\n${text}`;
  if (by === 'site') return site;
  return by === 'request' ? by : key;
}

/** Answers the sums that parts make, the costliest first. */
export function mergeRollup(by: AggregateBy, parts: RollupPart[]): Aggregate[] {
  const groups = new Map<string, RollupPart[]>();
  for (const part of parts) {
    const name = nameOf(by, part);
    if (name === undefined) continue;
    const group = groups.get(name);
    if (group) group.push(part);
    else groups.set(name, [part]);
  }
  return [...groups.values()].map(sumOf).sort((a, b) => b.ms - a.ms || b.count - a.count);
}

function sumOf(parts: RollupPart[]): Aggregate {
  const costs = new Map<string, number>();
  const all = new Accumulator();
  for (const part of parts) {
    costs.set(part.key, (costs.get(part.key) ?? 0) + part.total);
    all.add(part);
  }
  const [dearest] = [...costs].reduce((most, one) => (one[1] > most[1] ? one : most));
  const { key, kind, text, site, function: name, route } = parts.find((part) => part.key === dearest)!;
  const worst = parts.reduce((most, part) => (part.worst > most.worst ? part : most));
  return {
    key,
    kind,
    text,
    ...(site !== undefined && { site }),
    ...(name !== undefined && { function: name }),
    ...(route !== undefined && { route }),
    parts: costs.size,
    count: all.count,
    requests: parts.reduce((sum, { requests }) => sum + requests, 0),
    ms: all.ms,
    p50: all.percentile(0.5),
    p95: all.percentile(0.95),
    errors: all.errors,
    queries: all.queries,
    mostQueries: all.mostQueries,
    worst: { id: worst.id, ms: roundToMicros(worst.worst / 1000) },
  };
}
