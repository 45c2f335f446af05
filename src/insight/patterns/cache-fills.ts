/** Cache fills: queries of a loop that each load what a cache did not have, and are written to it. */

import { type Call, cacheCommandOf } from '../calls/calls.js';
import type { Loop } from '../calls/loops.js';
import { minimumOf, type Scene } from '../scene.js';

const READS = new Set(['get', 'gets', 'getex', 'hget', 'hgetall', 'json.get']);
const FILLS = new Set([
  ...['set', 'add', 'setex', 'psetex', 'setnx', 'hset', 'hmset', 'hsetnx', 'json.set'],
  ...['cas', 'replace'],
]);
const MOST = 0.8;

/**
 * Whether each query follows a miss of its key, in a loop of reads that is told by itself, and its row is
 * cached: the next request does not ask for it.
 */
export function isCacheFill(scene: Scene, loop: Loop): boolean {
  const reads = scene.loops.filter(
    ({ calls: [first], distinct }) =>
      first!.span.kind === 'cache' && READS.has(first!.verb) && distinct >= minimumOf(scene, loop),
  );
  if (reads.length === 0) return false;
  const misses = keyedCalls(reads.flatMap(({ calls }) => calls).filter(isMiss));
  const fills = keyedCalls(scene.calls.filter(({ span, verb }) => span.kind === 'cache' && FILLS.has(verb)));
  const filled = loop.calls.filter((call) => {
    const values = new Set(valuesOf(call));
    return misses.some(
      (miss) =>
        miss.call.end <= call.start + 0.01 &&
        miss.key.split(/[\s:./|_-]/).some((part) => values.has(part)) &&
        fills.some((fill) => fill.key === miss.key && fill.call.start >= call.end - 0.01),
    );
  });
  return filled.length >= loop.calls.length * MOST;
}

function keyedCalls(calls: Call[]): { call: Call; key: string }[] {
  return calls.map((call) => ({ call, key: cacheCommandOf(call.span).keys[0] ?? '' }));
}

function isMiss({ span }: Call): boolean {
  return span.detail?.hit === false;
}

function valuesOf({ span }: Call): string[] {
  const { params } = span.detail ?? {};
  return params !== null && typeof params === 'object' ? Object.values(params).map(String) : [];
}
