/** Rows of a tree of requests, in order of time below each, and the time of them all. */

import type { Trace } from '../../../domain/trace.js';
import type { RequestTree } from '../../../insight/calls/request-tree.js';
import type { TimeWindow } from './time-scale.js';

export interface TreeRow {
  trace: Trace;
  depth: number;
  /** Requests below it that are not in the tree. */
  more: number;
}

/** Rows, and the window (epoch ms) from the first start to the last end. */
export function treeRows(tree: RequestTree): { rows: TreeRow[]; window: TimeWindow } {
  const rows: TreeRow[] = [];
  const add = ({ trace, children, more }: RequestTree, depth: number) => {
    rows.push({ trace, depth, more });
    for (const child of children) add(child, depth + 1);
  };
  add(tree, 0);
  const from = Math.min(...rows.map(({ trace }) => trace.start));
  const to = Math.max(...rows.map(({ trace: { start, duration = 0 } }) => start + duration));
  return { rows, window: { from, to: Math.max(to, from + 1) } };
}
