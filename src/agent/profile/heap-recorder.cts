/** Records what is allocated, by V8's sampling heap profiler: of all that runs, as it knows no requests. */

import { now, type TracedRequest } from '../request/traced-request.cjs';
import type { ProfileRecorder, RequestProfile } from './profile-recorder.cjs';
import { type ProfileTree, type RawSample, TreeCutter } from './profile-tree.cjs';
import { type CallFrame, closeSession, openSession, postOrThrow, type RawProfile } from './profiler.cjs';

interface HeapNode {
  callFrame: CallFrame;
  selfSize: number;
  id: number;
  children: HeapNode[];
}

interface HeapProfile {
  head: HeapNode;
  samples: { size: number; nodeId: number; ordinal: number }[];
}

/** Bytes between two samples, on average. */
const SAMPLE_BYTES = 16 * 1024;

let session: Exclude<ReturnType<typeof openSession>, string> | undefined;

export const heapRecorder: ProfileRecorder = {
  start() {
    const opened = openSession();
    if (typeof opened === 'string') return opened;
    try {
      postOrThrow(opened, 'HeapProfiler.startSampling', {
        samplingInterval: SAMPLE_BYTES,
        // What a request throws away again is what keeps the collector busy.
        includeObjectsCollectedByMajorGC: true,
        includeObjectsCollectedByMinorGC: true,
      });
    } catch (error) {
      closeSession(opened);
      throw error;
    }
    session = opened;
    return undefined;
  },
  stop(requests) {
    const opened = session!;
    session = undefined;
    try {
      const { profile } = postOrThrow(opened, 'HeapProfiler.stopSampling') as { profile: HeapProfile };
      return requests.map((request) => profileOf(profile, request, requests.length));
    } finally {
      closeSession(opened);
    }
  },
};

function profileOf(profile: HeapProfile, request: TracedRequest, wanted: number): RequestProfile {
  const tree = cut(profile, request.began * 1000, (request.ended || now()) * 1000);
  const beside = wanted > 1 ? ' and of the other requests that were profiled at the same time' : '';
  return {
    tree,
    end: {
      interval: SAMPLE_BYTES,
      notes: [`V8 counts what all code allocates: work beside this request${beside} is in it`],
    },
  };
}

/** The samples, which have an order but no times, spread evenly over the time of the request. */
function cut({ head, samples }: HeapProfile, began: number, ended: number): ProfileTree {
  const nodes: RawProfile['nodes'] = [];
  const parents: number[] = [];
  const indices = new Map<number, number>();
  const waiting: [HeapNode, number][] = [[head, -1]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [{ id, callFrame, children }, parent] = next;
    const index = nodes.push({ id, callFrame }) - 1;
    parents.push(parent);
    indices.set(id, index);
    for (const child of children) waiting.push([child, index]);
  }
  const cutter = new TreeCutter(nodes, Int32Array.from(parents));
  const sorted = [...samples].sort((a, b) => a.ordinal - b.ordinal);
  for (const [n, { size, nodeId }] of sorted.entries()) {
    const sample: RawSample = [indices.get(nodeId) ?? 0, size, began + ((ended - began) * n) / sorted.length];
    cutter.add(sample);
  }
  return cutter.finish();
}
