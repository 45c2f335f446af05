/** Call tree of the samples of one request, cut out of V8's tree of all that ran. */

import type { CallFrame, RawProfile } from './profiler.cjs';

/** A sample to be cut out: index of its raw node, weight, and µs since the process's origin. */
export type RawSample = [node: number, weight: number, at: number];

/** Tree as the lines of the link have it: positions are 1-based, weights whole. */
export interface ProfileTree {
  /** Name, script, line and column of each. */
  functions: [string, string, number, number][];
  /** Function and parent's node (-1: none) of each; then pairs of a line and the weight there. */
  nodes: number[][];
  samples: RawSample[];
  /** Functions deeper than what is kept are left out: their samples are their callers'. */
  isCut: boolean;
}

const MAX_NODES = 40_000;
const MAX_NAME = 200;
const MAX_URL = 1000;

/** Cuts out of a profile what the samples need. */
export class TreeCutter {
  readonly #nodes: RawProfile['nodes'];
  readonly #parents: Int32Array;
  readonly #tree: ProfileTree = { functions: [], nodes: [], samples: [], isCut: false };
  /** Index in the tree by index in the profile. */
  readonly #kept = new Map<number, number>();
  readonly #functions = new Map<string, number>();
  readonly #weights = new Map<number, number>();

  /** `parents`: index of each node's parent; -1 for the root. */
  constructor(nodes: RawProfile['nodes'], parents: Int32Array) {
    this.#nodes = nodes;
    this.#parents = parents;
  }

  add([node, weight, at]: RawSample): void {
    const index = this.#keep(node);
    if (index < 0) return;
    this.#weights.set(node, (this.#weights.get(node) ?? 0) + weight);
    this.#tree.samples.push([index, Math.round(weight), Math.round(at)]);
  }

  /** The tree, with the weight of each node by lines. */
  finish(): ProfileTree {
    for (const [node, weight] of this.#weights) this.#addLines(node, weight);
    return this.#tree;
  }

  /** Index of a node in the tree, its callers before it; -1 for the root. */
  #keep(node: number): number {
    const missing: number[] = [];
    let at = node;
    while (this.#parents[at] !== -1 && !this.#kept.has(at)) {
      missing.push(at);
      at = this.#parents[at]!;
    }
    let index = this.#kept.get(at) ?? -1;
    while (missing.length > 0) {
      const next = missing.pop()!;
      if (this.#tree.nodes.length >= MAX_NODES) this.#tree.isCut = true;
      else index = this.#tree.nodes.push([this.#functionOf(this.#nodes[next]!.callFrame), index]) - 1;
      this.#kept.set(next, index);
    }
    return index;
  }

  #functionOf({ functionName, url, lineNumber, columnNumber }: CallFrame): number {
    const name = functionName.slice(0, MAX_NAME);
    const script = url.slice(0, MAX_URL);
    const key = `${name}\n${script}\n${lineNumber}:${columnNumber}`;
    let index = this.#functions.get(key);
    if (index === undefined) {
      // Code of V8 itself has no position: -1.
      const position = [lineNumber + 1, columnNumber + 1] as const;
      index = this.#tree.functions.push([name, script, ...position]) - 1;
      this.#functions.set(key, index);
    }
    return index;
  }

  /** V8 counts lines over the whole profile: a request has its share of them. */
  #addLines(node: number, weight: number): void {
    const { positionTicks: ticks = [], callFrame } = this.#nodes[node]!;
    const kept = this.#tree.nodes[this.#kept.get(node)!]!;
    // A line of another file than its caller's.
    if (kept[0] !== this.#functionOf(callFrame)) return;
    const total = ticks.reduce((sum, { ticks: own }) => sum + own, 0);
    if (total === 0 || weight === 0) return;
    const byLine = new Map<number, number>();
    for (const { line, ticks: own } of ticks) byLine.set(line, (byLine.get(line) ?? 0) + own);
    for (const [line, own] of byLine) kept.push(line, Math.round((weight * own) / total));
  }
}

/** Index of the parent of each node of a profile; -1 for its root. */
export function parentsOf(nodes: RawProfile['nodes']): Int32Array {
  const indices = new Map(nodes.map(({ id }, index) => [id, index]));
  const parents = new Int32Array(nodes.length).fill(-1);
  for (const [index, { children = [] }] of nodes.entries())
    for (const child of children) {
      const at = indices.get(child);
      if (at !== undefined) parents[at] = index;
    }
  return parents;
}
