/**
 * Rollup of samples: one row for each subject and histogram bucket of a trace, and the merge of
 * such rows. Pure.
 */

import { Accumulator, type BucketCounts } from '../domain/aggregate.js';
import { binsOf } from '../domain/histogram.js';
import { type Interval, unionMs } from '../domain/intervals.js';
import type { Sample } from '../domain/sample.js';
import { roundToMicros } from '../domain/trace.js';
import type { Aggregate, AggregateBy } from './store.js';

/**
 * Calls of one subject (statement at a line, route or finding) in one histogram bucket of a trace.
 * Times are whole µs.
 */
export interface RollupRow {
  sample: Sample;
  bucket: number;
  count: number;
  total: number;
  errors: number;
  queries: number;
  /**
   * Time in the trace of all calls with the same text, those that ran at once counted once; null in all of their rows but one. The rows
   * that are not null count the requests, and the largest names the worst request.
   */
  byText: number | null;
  /** The same for the calls of the subject. */
  byKey: number | null;
  /** The same for all calls at the line. */
  bySite: number | null;
}

/** Rows of a trace's samples. */
export function rollupRowsOf(samples: Sample[]): RollupRow[] {
  const texts = new Map<string, Share>();
  const sites = new Map<string, Share>();
  return samples.flatMap((sample) => {
    const rows = bucketRowsOf(sample);
    const [first] = rows;
    const own = timesOf(sample);
    first!.byKey = coveredMicros(own);
    const text = firstShare(texts, `${sample.of}\n${sample.kind}\n${sample.text}`, first!, own);
    text.row.byText = coveredMicros(text.times);
    if (sample.of === 'call' && sample.site !== undefined) {
      const site = firstShare(sites, sample.site, first!, own);
      site.row.bySite = coveredMicros(site.times);
    }
    return rows;
  });
}

/** First row of a name, which carries the share of all rows of that name, and their times. */
interface Share {
  row: RollupRow;
  times: Times;
}

/** Intervals of calls; ms of samples without intervals. */
interface Times {
  intervals: Interval[];
  ms: number;
}

function timesOf({ times, intervals }: Sample): Times {
  return intervals === undefined
    ? { intervals: [], ms: times.reduce((sum, ms) => sum + ms, 0) }
    : { intervals, ms: 0 };
}

function coveredMicros({ intervals, ms }: Times): number {
  return Math.round((unionMs(intervals) + ms) * 1000);
}

function firstShare(shares: Map<string, Share>, name: string, row: RollupRow, own: Times): Share {
  const known = shares.get(name);
  const intervals = [...(known?.times.intervals ?? []), ...own.intervals];
  const share = { row: known?.row ?? row, times: { intervals, ms: (known?.times.ms ?? 0) + own.ms } };
  shares.set(name, share);
  return share;
}

function bucketRowsOf(sample: Sample): RollupRow[] {
  // A request without a duration (open or died) is counted, too.
  const bins = binsOf(sample.times.length > 0 ? sample.times : [undefined]);
  const zeros = { errors: 0, queries: 0, byText: null, byKey: null, bySite: null };
  const rows = bins.map((bin): RollupRow => ({ sample, ...bin, ...zeros }));
  rows[0]!.errors = sample.errors;
  rows[0]!.queries = sample.queries;
  return rows;
}

/**
 * Rollup rows of several traces added up, for one subject and one histogram bucket. Times are whole
 * µs.
 */
export interface RollupPart extends Omit<Sample, 'times' | 'intervals' | 'of'>, BucketCounts {
  requests: number;
  mostQueries: number;
  /** Sum of the shares of all traces. */
  covered: number;
  /** Largest share of one trace, -1 if none; `id` is that trace. */
  worst: number;
  id: string;
}

/** Column that holds a trace's share of an aggregate. */
export const SHARE_COLUMN: Record<AggregateBy, 'byText' | 'bySite' | 'byKey'> = {
  statement: 'byText',
  site: 'bySite',
  call: 'byKey',
  route: 'byKey',
  finding: 'byKey',
  request: 'byKey',
  time: 'byKey',
};

/** Samples that an aggregate is made of. */
export const SUBJECT_OF: Record<AggregateBy, Sample['of']> = {
  statement: 'call',
  site: 'call',
  call: 'call',
  route: 'request',
  finding: 'finding',
  request: 'request',
  time: 'time',
};

/** Name of the aggregate that a part belongs to; undefined when it belongs to none. */
function aggregateNameOf(by: AggregateBy, { kind, text, site, key }: RollupPart): string | undefined {
  if (by === 'statement') return `${kind}\n${text}`;
  if (by === 'site') return site;
  return by === 'request' ? by : key;
}

/** Aggregates of the parts, sorted by total time, the largest first. */
export function mergeRollup(by: AggregateBy, parts: RollupPart[]): Aggregate[] {
  const groups = new Map<string, RollupPart[]>();
  for (const part of parts) {
    const name = aggregateNameOf(by, part);
    if (name === undefined) continue;
    const group = groups.get(name);
    if (group) group.push(part);
    else groups.set(name, [part]);
  }
  return [...groups.values()].map(aggregateOf).sort((a, b) => b.ms - a.ms || b.count - a.count);
}

function aggregateOf(parts: RollupPart[]): Aggregate {
  const totals = new Map<string, number>();
  const accumulator = new Accumulator();
  for (const part of parts) {
    totals.set(part.key, (totals.get(part.key) ?? 0) + part.total);
    accumulator.add(part);
  }
  const [costliest] = [...totals].reduce((max, entry) => (entry[1] > max[1] ? entry : max));
  const { key, kind, text, site, function: name, route } = parts.find((part) => part.key === costliest)!;
  const worst = parts.reduce((max, part) => (part.worst > max.worst ? part : max));
  return {
    key,
    kind,
    text,
    ...(site !== undefined && { site }),
    ...(name !== undefined && { function: name }),
    ...(route !== undefined && { route }),
    parts: totals.size,
    count: accumulator.count,
    requests: parts.reduce((sum, { requests }) => sum + requests, 0),
    ms: accumulator.ms,
    covered: roundToMicros(parts.reduce((sum, { covered }) => sum + covered, 0) / 1000),
    p50: accumulator.percentile(0.5),
    p95: accumulator.percentile(0.95),
    errors: accumulator.errors,
    queries: accumulator.queries,
    mostQueries: accumulator.mostQueries,
    worst: { id: worst.id, ms: roundToMicros(worst.worst / 1000) },
  };
}

/** Rows of one trace as parts of an aggregate. */
export function partsOfTrace(by: AggregateBy, id: string, rollup: RollupRow[]): RollupPart[] {
  return rollup
    .filter(({ sample }) => sample.of === SUBJECT_OF[by])
    .map(({ sample, bucket, count, total, errors, queries, ...shares }) => {
      const { times: _, intervals: __, of: ___, ...subject } = sample;
      const share = shares[SHARE_COLUMN[by]];
      const requests = share === null ? 0 : 1;
      const counted = { bucket, count, total, errors, queries, requests, mostQueries: queries };
      return { ...subject, ...counted, covered: share ?? 0, worst: share ?? -1, id };
    });
}
