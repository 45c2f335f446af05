/** Usual times: calls that were fast in other requests of the run, where one is slow. */

import type { Call } from '../calls/calls.js';
import { Lru } from '../util/lru.js';

const MAX_CALLS = 2000;
/** ms from which on a call is not remembered: it is no measure of another. */
const MAX_MS: Record<string, number> = { sql: 200, cache: 40, http: 400, rpc: 400, hash: 400 };
/** ms below which a statement needs no index that it has not got. */
const FAST_MS = 50;

/** The fast ones of the same calls. */
interface Fast {
  /** Shortest of them. */
  ms: number;
  /** Most rows of them. */
  rows: number;
}

/** The fast calls of a run: kept in memory, two numbers each. */
export class UsualTimes {
  readonly #fast = new Lru<Fast>(MAX_CALLS);

  /** Adds what a request shows. */
  observe(calls: readonly Call[]): void {
    for (const call of calls) {
      const { kind, duration, error, rows = 0 } = call.span;
      const limit = MAX_MS[kind];
      if (limit === undefined || duration === undefined || error !== undefined || duration >= limit) continue;
      const known = this.#fast.get(keyOf(call));
      if (known === undefined) this.#fast.set(keyOf(call), { ms: duration, rows });
      else {
        known.ms = Math.min(known.ms, duration);
        known.rows = Math.max(known.rows, rows);
      }
    }
  }

  /** ms that the same call took with about as many rows; undefined if it was never far from slow. */
  usualTimeOf(call: Call): number | undefined {
    const known = this.#fast.get(keyOf(call));
    return known !== undefined && (call.span.rows ?? 0) <= Math.max(1, known.rows * 2) ? known.ms : undefined;
  }

  /** The same, where it was so fast that nothing is missing. */
  fastTimeOf(call: Call): number | undefined {
    const ms = this.usualTimeOf(call);
    return ms !== undefined && ms < FAST_MS ? ms : undefined;
  }
}

// What a server does for one URL says nothing of another.
function keyOf({ span, shape }: Call): string {
  return `${span.library} ${span.kind === 'http' || span.kind === 'rpc' ? span.name : shape}`;
}
