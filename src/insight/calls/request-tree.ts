/**
 * Tree of requests: one, what its calls became in other services and threads, and the units that it
 * led to; and the loops that only show on the whole tree.
 */

import type { Trace } from '../../domain/trace.js';
import { groupsOf } from './groups.js';

/** A request with those that it led to, in the order of their starts. */
export interface RequestTree {
  trace: Trace;
  children: RequestTree[];
  /** Requests below it that are not in the tree, because there are too many. */
  more: number;
}

/** What a tree is read from. */
export interface TreeSource {
  find(id: string): Promise<Trace | undefined>;
  children(parent: string, limit: number): Promise<{ id: string }[]>;
}

/** The same call, once or so in each of many requests that one request sent. */
export interface TreeLoop {
  kind: string;
  shape: string;
  site: string | undefined;
  /** Calls in all, and the requests that made them. */
  calls: number;
  requests: number;
  ms: number;
  /** The request above them, and the route or URL of those that made the calls. */
  above: Trace;
  made: Trace;
}

const MAX_DEPTH = 20;
const MAX_NODES = 300;
const MIN_LOOP = 5;

/** Reads the tree that a request is in, from its topmost request on. */
export async function readTree(source: TreeSource, trace: Trace): Promise<RequestTree> {
  let top = trace;
  for (let depth = 0; top.parent !== undefined && depth < MAX_DEPTH; depth++) {
    const above = await source.find(top.parent);
    if (above === undefined) break;
    top = above;
  }
  return readSubtree(source, top);
}

/** Reads what a request led to. */
export function readSubtree(source: TreeSource, top: Trace): Promise<RequestTree> {
  let left = MAX_NODES;
  const seen = new Set([top.id]);
  const read = async (parent: Trace, depth: number): Promise<RequestTree> => {
    const summaries = depth < MAX_DEPTH ? await source.children(parent.id, MAX_NODES) : [];
    const fresh = summaries.filter(({ id }) => !seen.has(id));
    const taken = fresh.slice(0, left);
    left -= taken.length;
    for (const { id } of taken) seen.add(id);
    const children: RequestTree[] = [];
    for (const { id } of taken) {
      const child = await source.find(id);
      if (child !== undefined) children.push(await read(child, depth + 1));
    }
    children.sort((a, b) => a.trace.start - b.trace.start);
    return { trace: parent, children, more: fresh.length - taken.length };
  };
  return read(top, 0);
}

/** Loops across requests: none of them shows in a request alone, as each makes the call once. */
export function treeLoops(tree: RequestTree): TreeLoop[] {
  const loops = new Map<string, TreeLoop>();
  for (const { trace } of tree.children) {
    for (const { kind, library, shape, site, spans, total } of groupsOf(trace.spans)) {
      if (kind === 'log' || trace.spans[spans[0]!]!.shape.isSetup) continue;
      const key = [trace.app?.command, trace.method, trace.route, kind, library, shape, site].join('\n');
      const loop = loops.get(key) ?? {
        ...{ kind, shape, site, calls: 0, requests: 0, ms: 0 },
        ...{ above: tree.trace, made: trace },
      };
      loop.calls += spans.length;
      loop.requests++;
      loop.ms += total;
      loops.set(key, loop);
    }
  }
  const own = [...loops.values()].filter(({ requests }) => requests >= MIN_LOOP);
  return [...own.sort((a, b) => b.ms - a.ms), ...tree.children.flatMap(treeLoops)];
}
