/** Sum of several profiles of the same request. */

import type { Profile, ProfileNode, ProfileSample } from '../../domain/profile.js';

/** The sum: functions and stacks that are equal count together, times are from each request's own start. */
export function addUpProfiles(profiles: readonly [Profile, ...Profile[]]): Profile {
  const [first] = profiles;
  const functions = new Map<string, number>();
  const nodes: ProfileNode[] = [];
  const known = new Map<string, number>();
  const samples: ProfileSample[] = [];
  const sum: Profile = { ...first, runs: 0, functions: [], nodes, samples };
  for (const profile of profiles) {
    const functionOf = profile.functions.map((fn) => {
      const key = JSON.stringify(fn);
      const index = functions.get(key) ?? sum.functions.push(fn) - 1;
      functions.set(key, index);
      return index;
    });
    const indices: number[] = [];
    for (const { function: fn, parent, lines } of profile.nodes) {
      const caller = parent < 0 ? -1 : indices[parent]!;
      const key = `${caller} ${functionOf[fn]}`;
      const index = known.get(key) ?? nodes.push({ function: functionOf[fn]!, parent: caller }) - 1;
      known.set(key, index);
      indices.push(index);
      if (lines !== undefined) nodes[index]!.lines = addedLines(nodes[index]!.lines, lines);
    }
    for (const [node, weight, at] of profile.samples) samples.push([indices[node]!, weight, at]);
    sum.runs += profile.runs;
  }
  samples.sort((a, b) => a[2] - b[2]);
  return { ...sum, ...besides(profiles) };
}

function addedLines(
  known: ProfileNode['lines'] = [],
  lines: NonNullable<ProfileNode['lines']>,
): NonNullable<ProfileNode['lines']> {
  const weights = new Map(known);
  for (const [line, weight] of lines) weights.set(line, (weights.get(line) ?? 0) + weight);
  return [...weights];
}

/** What is known beside the samples; what is zero is left out. */
function besides(profiles: readonly Profile[]): Partial<Profile> {
  const total = (field: 'others' | 'outside' | 'offCpu') =>
    profiles.reduce((sum, profile) => sum + (profile[field] ?? 0), 0);
  const [others, outside, offCpu] = [total('others'), total('outside'), total('offCpu')];
  const notes = [...new Set(profiles.flatMap(({ notes = [] }) => notes))];
  return {
    ...(others > 0 && { others }),
    ...(outside > 0 && { outside }),
    ...(offCpu > 0 && { offCpu }),
    ...(notes.length > 0 && { notes }),
  };
}
