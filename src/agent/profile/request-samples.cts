/** Samples of V8's profile, filed under the request whose slice of time they fall into. */

import { now, type TracedRequest } from '../request/traced-request.cjs';
import { originOffset, type RawProfile, SAMPLE_MS } from './profiler.cjs';
import type { Slices } from './slices.cjs';

/** All samples of a profile, in order of time; each array has one item per sample. */
export interface FiledSamples {
  /** Index of the node in the raw profile. */
  nodes: Int32Array;
  /** µs of CPU. */
  weights: Float64Array;
  /** µs in which the thread was not on a CPU. */
  waits: Float64Array;
  /** µs since the process's origin. */
  times: Float64Array;
  /** Number of the request in the slices; 0 for none, -1 where the thread was idle. */
  owners: Int32Array;
}

const IDLE = '(idle)';
const COLLECTOR = '(garbage collector)';

/** Files each sample under a request. */
export function fileSamples(
  { nodes, startTime, samples = [], timeDeltas = [] }: RawProfile,
  slices: Slices,
): FiledSamples {
  const { pairs } = slices;
  const count = samples.length;
  const filed: FiledSamples = {
    nodes: new Int32Array(count),
    weights: new Float64Array(count),
    waits: new Float64Array(count),
    times: new Float64Array(count),
    owners: new Int32Array(count),
  };
  const indices = new Map(nodes.map(({ id }, index) => [id, index]));
  let time = startTime + originOffset(now);
  let slice = -2;
  let lastOwner = 0;
  for (let i = 0; i < count; i++) {
    // Deltas are wall time: of a thread that waits for a CPU they are many intervals long.
    const delta = Math.max(0, timeDeltas[i] ?? 0);
    time += delta;
    while (slice + 2 < pairs.length && pairs[slice + 2]! * 1000 <= time) {
      slice += 2;
      if (pairs[slice + 1] !== 0) lastOwner = pairs[slice + 1]!;
    }
    const index = indices.get(samples[i]!) ?? 0;
    const name = nodes[index]?.callFrame.functionName;
    const weight = Math.min(delta, 2 * SAMPLE_MS * 1000);
    let owner = slice < 0 ? 0 : pairs[slice + 1]!;
    // Garbage is collected between two slices, too: it is that of the one before.
    if (owner === 0 && name === COLLECTOR) owner = lastOwner;
    filed.nodes[i] = index;
    filed.weights[i] = weight;
    filed.waits[i] = delta - weight;
    filed.times[i] = time;
    filed.owners[i] = name === IDLE ? -1 : owner;
  }
  return filed;
}

/** What ran beside a request, from its beginning to its end. */
export interface Beside {
  /** Number of the other requests. */
  others: number;
  /** µs of the samples of no request. */
  outside: number;
}

/** What ran beside a request, by the slices and samples of its time. */
export function besideOf(
  { began, ended }: Pick<TracedRequest, 'began' | 'ended'>,
  number: number,
  slices: Slices,
  { owners, times, weights }: FiledSamples,
): Beside {
  const { pairs, requests } = slices;
  const end = ended === 0 ? Number.POSITIVE_INFINITY : ended;
  const others = new Set<number>();
  for (let i = 0; i < pairs.length; i += 2) {
    const other = pairs[i + 1]!;
    const isWithin = pairs[i]! < end && (pairs[i + 2] ?? Number.POSITIVE_INFINITY) > began;
    // What a request left behind (timers, sockets) goes on in its context.
    const { ended: otherEnded = 0 } = requests[other] ?? {};
    const hasEnded = otherEnded !== 0 && otherEnded < began;
    if (isWithin && other !== 0 && other !== number && !hasEnded) others.add(other);
  }
  let outside = 0;
  for (let i = 0; i < owners.length; i++)
    if (owners[i] === 0 && times[i]! >= began * 1000 && times[i]! <= end * 1000) outside += weights[i]!;
  return { others: others.size, outside };
}
