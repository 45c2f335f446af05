/** Rows of the browser's list by route: what the slices of the store add up to. */

import { Accumulator } from '../domain/aggregate.js';
import type { RouteSlice } from '../store/page-reader.js';
import type { RouteRow } from './feed.js';

interface Route extends Pick<RouteSlice, 'method' | 'route' | 'qtime' | 'repeated'> {
  all: Accumulator;
}

export class RouteRows {
  readonly #routes = new Map<string, Route>();

  add(sum: RouteSlice): void {
    const { method, route, qtime, repeated } = sum;
    const key = `${method} ${route}`;
    let known = this.#routes.get(key);
    if (!known) {
      known = { method, route, qtime: 0, repeated: 0, all: new Accumulator() };
      this.#routes.set(key, known);
    }
    known.all.add(sum);
    known.qtime += qtime;
    known.repeated += repeated;
  }

  /** Rows, the route that took most time first. */
  rows(): RouteRow[] {
    return [...this.#routes.values()]
      .sort((a, b) => b.all.ms - a.all.ms || b.all.count - a.all.count)
      .map(rowOf);
  }
}

function rowOf({ method, route, qtime, repeated, all }: Route): RouteRow {
  const { count, errors, ms, queries } = all;
  return {
    ...{ method, route, count, errors, mean: ms / count, p95: all.percentile(0.95) },
    ...{ queries: queries / count, qtime: qtime / count, repeated },
  };
}
