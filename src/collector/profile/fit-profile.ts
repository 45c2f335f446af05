/** Fits a profile into what is kept of it: rare functions are folded into those that call them. */

import type { Profile, ProfileNode, ProfileSample } from '../../domain/profile.js';
import { formatBytes, formatMs } from '../../domain/text.js';

/** Characters of its JSON. */
export const MAX_PROFILE = 2 * 1024 * 1024;
/** Share of the whole weight below which a node is folded at first; twice as much each time. */
const FIRST_SHARE = 1 / 16_384;

/** The profile, or a coarser one that fits; undefined where none does. */
export function fitProfile(profile: Profile, max = MAX_PROFILE): Profile | undefined {
  if (sizeOfProfile(profile) <= max) return profile;
  const totals = totalsOfNodes(profile);
  const whole = profile.samples.reduce((sum, [, weight]) => sum + weight, 0);
  for (let share = FIRST_SHARE; share < 1; share *= 2) {
    const folded = fold(profile, totals, whole * share);
    if (sizeOfProfile(folded) <= max) return folded;
  }
  return undefined;
}

/** Characters of a profile's JSON. */
export function sizeOfProfile(profile: Profile): number {
  return JSON.stringify(profile).length;
}

/** Weight of each node with all that it calls. */
function totalsOfNodes({ nodes, samples }: Profile): Float64Array {
  const totals = new Float64Array(nodes.length);
  for (const [node, weight] of samples) totals[node]! += weight;
  for (let i = nodes.length - 1; i >= 0; i--) {
    const { parent } = nodes[i]!;
    if (parent >= 0) totals[parent]! += totals[i]!;
  }
  return totals;
}

function fold(profile: Profile, totals: Float64Array, least: number): Profile {
  const { nodes, functions, notes = [] } = profile;
  const kept: ProfileNode[] = [];
  const used = new Map<number, number>();
  const indexOf = (fn: number) => {
    if (!used.has(fn)) used.set(fn, used.size);
    return used.get(fn)!;
  };
  // By index: that of the node itself, or of the caller that it is folded into; -1 for neither.
  const indices: number[] = [];
  for (const [n, { function: fn, parent, ...rest }] of nodes.entries()) {
    const caller = parent < 0 ? -1 : indices[parent]!;
    if (totals[n]! < least) indices[n] = caller;
    else indices[n] = kept.push({ function: indexOf(fn), parent: caller, ...rest }) - 1;
  }
  const shown = profile.kind === 'cpu' ? formatMs(least) : formatBytes(least);
  const note = `functions below ${shown} in all count as their callers: the profile was too large`;
  return {
    ...profile,
    functions: [...used.keys()].map((fn) => functions[fn]!),
    nodes: kept,
    samples: joinedSamples(profile.samples, indices),
    notes: [...notes, note],
  };
}

/** The samples at their kept nodes; those that follow each other at one node are one. */
function joinedSamples(samples: ProfileSample[], indices: number[]): ProfileSample[] {
  const joined: ProfileSample[] = [];
  for (const [node, weight, at] of samples) {
    const index = indices[node]!;
    const last = joined.at(-1);
    if (index < 0) continue;
    if (last !== undefined && last[0] === index) last[1] += weight;
    else joined.push([index, weight, at]);
  }
  return joined;
}
