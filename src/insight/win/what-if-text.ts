/** What if, in words: "with a database 2ms away this page takes 85 → 189ms; after the fix 87ms". */

import { partOfPage } from '../../domain/finding-win.js';
import { formatLatency, latencyOf } from '../../domain/latency.js';
import { formatMs } from '../../domain/text.js';
import { roundTripsOf } from './round-trips.js';
import type { WhatIf } from './what-if.js';
import type { WonTrace } from './wins.js';

const NOUNS: Record<string, string> = {
  sql: 'a database',
  cache: 'a cache',
  rpc: 'a service',
  http: 'an HTTP server',
};

/** The sentence. */
export function whatIfText(trace: WonTrace, { latencies, now, away, fixed, allFixed }: WhatIf): string {
  const distances = distancesOf(trace, (kind, library) => latencyOf(latencies, kind, library));
  if (distances.length === 0)
    return `this page calls nothing that could be further away: it takes ${formatMs(now)}`;
  const takes = `with ${listOf(distances)} away this page takes ${changeText(now, away)}`;
  const first =
    fixed === undefined ? '' : `; after the ${allFixed === undefined ? '' : 'first '}fix ${formatMs(fixed)}`;
  return takes + first + (allFixed === undefined ? '' : `, after all ${formatMs(allFixed)}`);
}

/** `85 → 189ms`. */
function changeText(now: number, then: number): string {
  return partOfPage(now, then).replace(' of ', ' → ');
}

/** `a database 2ms`: what the request calls, and how far away it is assumed to be. */
function distancesOf(trace: WonTrace, latency: (kind: string, library: string) => number): string[] {
  const byKind = new Map<string, Map<string, number>>();
  for (const span of trace.spans) {
    if (span.afterResponse || roundTripsOf(span, trace) === 0) continue;
    const libraries = byKind.get(span.kind) ?? new Map<string, number>();
    byKind.set(span.kind, libraries.set(span.library, latency(span.kind, span.library)));
  }
  const named = [...byKind].flatMap(([kind, libraries]): [name: string, ms: number][] => {
    const values = new Set(libraries.values());
    return values.size === 1 ? [[NOUNS[kind] ?? kind, [...values][0]!]] : [...libraries];
  });
  const far = named.filter(([, ms]) => ms > 0);
  // Of equal ones the latency is said once.
  return far.map(([name, ms], at) => (far[at + 1]?.[1] === ms ? name : `${name} ${formatLatency(ms)}`));
}

function listOf(texts: string[]): string {
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;
}
