/** Usual times: statements that were fast in other requests of the run, where one is slow. */

import type { Call } from '../calls/calls.js';
import { Lru } from '../util/lru.js';

const MAX_STATEMENTS = 2000;
/** ms below which a statement needs no index that it has not got. */
const FAST_MS = 50;

/** The fast calls of a statement. */
interface Fast {
  /** Shortest of them. */
  ms: number;
  /** Most rows of them. */
  rows: number;
}

/** The fast statements of a run: kept in memory, two numbers each. */
export class UsualTimes {
  readonly #fast = new Lru<Fast>(MAX_STATEMENTS);

  /** Adds what a request shows. */
  observe(calls: readonly Call[]): void {
    for (const call of calls) {
      const { kind, duration, error, rows = 0 } = call.span;
      if (kind !== 'sql' || duration === undefined || error !== undefined || duration >= FAST_MS) continue;
      const known = this.#fast.get(keyOf(call));
      if (known === undefined) this.#fast.set(keyOf(call), { ms: duration, rows });
      else {
        known.ms = Math.min(known.ms, duration);
        known.rows = Math.max(known.rows, rows);
      }
    }
  }

  /** ms that the statement of a call took with about as many rows; undefined if it was never fast. */
  fastTimeOf(call: Call): number | undefined {
    const known = this.#fast.get(keyOf(call));
    return known !== undefined && (call.span.rows ?? 0) <= Math.max(1, known.rows * 2) ? known.ms : undefined;
  }
}

function keyOf({ span, shape }: Call): string {
  return `${span.library} ${shape}`;
}
