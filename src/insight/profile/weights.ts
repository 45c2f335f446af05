/** Weights of a profile's call tree: what each node took by itself and with all that it called. */

import type { Profile } from '../../domain/profile.js';

/** Weights by node, in the profile's unit. */
export interface ProfileWeights {
  /** All samples together. */
  whole: number;
  self: Float64Array;
  total: Float64Array;
  /** Nodes that each node called. */
  children: number[][];
  /** Bottommost nodes. */
  roots: number[];
}

const known = new WeakMap<Profile, ProfileWeights>();

/** Weights of a profile, computed once. Samples and callers that the profile does not have are left out. */
export function weightsOf(profile: Profile): ProfileWeights {
  let weights = known.get(profile);
  if (weights === undefined) known.set(profile, (weights = computeWeights(profile)));
  return weights;
}

function computeWeights({ nodes, samples }: Profile): ProfileWeights {
  const self = new Float64Array(nodes.length);
  let whole = 0;
  for (const [node, weight] of samples) {
    if (nodes[node] === undefined || !(weight > 0)) continue;
    self[node]! += weight;
    whole += weight;
  }
  const total = self.slice();
  const children: number[][] = nodes.map(() => []);
  const roots: number[] = [];
  for (const [node, { parent }] of nodes.entries()) {
    if (parent >= 0 && parent < node) children[parent]!.push(node);
    else roots.push(node);
  }
  // A caller's node is smaller than the nodes that it called.
  for (let node = nodes.length - 1; node >= 0; node--) {
    const { parent } = nodes[node]!;
    if (parent >= 0 && parent < node) total[parent]! += total[node]!;
  }
  return { whole, self, total, children, roots };
}
