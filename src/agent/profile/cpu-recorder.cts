/** Records CPU profiles: V8's profiler, and slices by which its samples are filed under requests. */

import type { TracedRequest } from '../request/traced-request.cjs';
import type { ProfileEnd } from './encode-profile.cjs';
import type { ProfileRecorder, RequestProfile } from './profile-recorder.cjs';
import { parentsOf, TreeCutter } from './profile-tree.cjs';
import { SAMPLE_MS, type StopProfiler, startProfiler } from './profiler.cjs';
import { besideOf, type FiledSamples, fileSamples } from './request-samples.cjs';
import { type Slices, startSlices, stopSlices } from './slices.cjs';

let stopProfiler: StopProfiler | undefined;

export const cpuRecorder: ProfileRecorder = {
  start() {
    const started = startProfiler();
    if (typeof started === 'string') return started;
    stopProfiler = started;
    startSlices();
    return undefined;
  },
  stop(requests) {
    const slices = stopSlices();
    const profile = stopProfiler!();
    stopProfiler = undefined;
    const parents = parentsOf(profile.nodes);
    const filed = fileSamples(profile, slices);
    return requests.map((request) => cut(request, new TreeCutter(profile.nodes, parents), filed, slices));
  },
};

function cut(
  request: TracedRequest,
  cutter: TreeCutter,
  filed: FiledSamples,
  slices: Slices,
): RequestProfile {
  const number = slices.requests.indexOf(request);
  const { nodes, weights, waits, times, owners } = filed;
  let offCpu = 0;
  for (let i = 0; i < owners.length; i++) {
    const at = times[i]! / 1000;
    if (owners[i] !== number || number < 0 || at < request.began || at > slices.ended) continue;
    offCpu += waits[i]!;
    cutter.add([nodes[i]!, weights[i]!, times[i]!]);
  }
  const tree = cutter.finish();
  const { others, outside } = besideOf(request, number, slices, filed);
  const notes: string[] = [];
  if (slices.isCut) notes.push('so many switches between requests came that the last are not told apart');
  if (tree.isCut) notes.push('so many functions called each other that the deepest count as their callers');
  const end: ProfileEnd = {
    interval: SAMPLE_MS * 1000,
    ...(others > 0 && { others }),
    ...(outside > 0 && { outside: Math.round(outside) }),
    ...(offCpu > 0 && { offCpu: Math.round(offCpu) }),
    ...(notes.length > 0 && { notes }),
  };
  return { tree, end };
}
