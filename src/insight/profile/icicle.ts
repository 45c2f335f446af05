/**
 * Icicle of a profile: the call tree with equal paths as one frame, and runs of frames that are not
 * the project's own folded into one.
 */

import type { Profile, ProfileOrigin } from '../../domain/profile.js';
import { type ProfileWeights, weightsOf } from './weights.js';

/** A frame of the icicle. Frames are numbered; those that it contains have larger numbers. */
export interface IcicleFrame {
  /** Number of the frame around it; -1 for the whole. */
  parent: number;
  /** Distance from the whole, which is 0. */
  depth: number;
  /** Index into the profile's functions; missing for the whole and for a folded run. */
  function?: number;
  origin: ProfileOrigin;
  /** Of a folded run: how many functions are in it, and the package that most of them are of, or `node`. */
  folded?: { frames: number; by: string };
  /** Where it begins, in the profile's unit from the left. */
  from: number;
  weight: number;
  /** Numbers of the frames inside of it, the largest first. */
  inside: number[];
}

/** The whole is frame 0. */
export type Icicle = IcicleFrame[];

/** A frame while the tree is built: its nodes are those of the profile that became it. */
interface Building extends Omit<IcicleFrame, 'from' | 'inside' | 'parent'> {
  nodes: number[];
  /** Entry nodes of a folded run, and the nodes of its frames that lead on. */
  exits: number[];
}

const folded = new WeakMap<Profile, Icicle>();
const unfolded = new WeakMap<Profile, Icicle>();

/** Frames of a profile; `fold: false` has each foreign frame as it is. Computed once. */
export function icicleOf(profile: Profile, { fold }: { fold: boolean }): Icicle {
  const cache = fold ? folded : unfolded;
  let icicle = cache.get(profile);
  if (icicle === undefined) cache.set(profile, (icicle = buildIcicle(profile, fold)));
  return icicle;
}

function buildIcicle(profile: Profile, fold: boolean): Icicle {
  const weights = weightsOf(profile);
  const whole: Building = { depth: 0, origin: 'own', weight: weights.whole, nodes: [], exits: [] };
  const icicle: Icicle = [];
  // Depth first, so that what is inside a frame is numbered after it; a stack of our own, as
  // recursion of the app may be deeper than ours.
  const open: { frame: Building; parent: number; from: number; next: number[] }[] = [
    { frame: whole, parent: -1, from: 0, next: weights.roots },
  ];
  while (open.length > 0) {
    const { frame, parent, from, next } = open.pop()!;
    const { nodes: _, exits: __, ...rest } = frame;
    const number = icicle.push({ ...rest, parent, from, inside: [] }) - 1;
    if (parent >= 0) icicle[parent]!.inside.push(number);
    const groups = groupsOf(profile, weights, next, frame.depth + 1, fold);
    let at = from;
    const children = groups.map((group) => {
      const child = { frame: group, parent: number, from: at, next: group.exits };
      at += group.weight;
      return child;
    });
    // The last to be pushed is the next to be numbered: the largest first.
    open.push(...children.reverse());
  }
  return icicle;
}

/** Frames that some nodes become, the largest first. */
function groupsOf(
  profile: Profile,
  weights: ProfileWeights,
  next: number[],
  depth: number,
  fold: boolean,
): Building[] {
  const groups = new Map<string, Building>();
  for (const node of next) {
    if (weights.total[node] === 0) continue;
    const { function: index } = profile.nodes[node]!;
    const { origin, package: name } = profile.functions[index] ?? { origin: 'native' as const };
    const isFolded = fold && (origin === 'package' || origin === 'node');
    const by = name ?? 'node';
    const key = isFolded ? `by ${by}` : `function ${index}`;
    let group = groups.get(key);
    if (group === undefined) {
      group = { depth, origin, function: index, weight: 0, nodes: [], exits: [] };
      if (isFolded) group.folded = { frames: 0, by };
      groups.set(key, group);
    }
    group.weight += weights.total[node]!;
    group.nodes.push(node);
  }
  for (const group of groups.values()) {
    if (group.folded) followRun(profile, weights, group);
    else group.exits = group.nodes.flatMap((node) => weights.children[node]!);
  }
  return [...groups.values()].sort((a, b) => b.weight - a.weight || a.nodes[0]! - b.nodes[0]!);
}

/** Walks a run of foreign frames to its ends. A run of a single function is shown as that. */
function followRun(profile: Profile, weights: ProfileWeights, group: Building): void {
  const isForeign = (node: number) => {
    const origin = profile.functions[profile.nodes[node]!.function]?.origin;
    return origin === 'package' || origin === 'node';
  };
  const functions = new Set<number>();
  const open = [...group.nodes];
  const exits: number[] = [];
  while (open.length > 0) {
    const node = open.pop()!;
    functions.add(profile.nodes[node]!.function);
    for (const child of weights.children[node]!) (isForeign(child) ? open : exits).push(child);
  }
  group.exits = exits.sort((a, b) => a - b);
  if (functions.size === 1) delete group.folded;
  else {
    delete group.function;
    group.folded = { frames: functions.size, by: mainPackage(profile, functions) };
  }
}

/** Package of most functions; Node, and the agent's wrappers, only where there is no other. */
function mainPackage(profile: Profile, functions: Set<number>): string {
  const counts = new Map<string, number>();
  for (const index of functions) {
    const name = profile.functions[index]?.package ?? 'node';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const rank = (name: string) => (name === 'node' ? 2 : name === 'scooby' ? 1 : 0);
  return [...counts].sort((a, b) => rank(a[0]) - rank(b[0]) || b[1] - a[1])[0]![0];
}
