/** Rows of the browser's list by route, added up from slices of the store. */

import { Accumulator } from '../domain/aggregate.js';
import type { RouteSlice } from '../store/page-reader.js';
import type { RouteRow } from './feed.js';

interface RouteTotals extends Pick<RouteSlice, 'method' | 'route' | 'qtime' | 'win' | 'repeated'> {
  all: Accumulator;
}

/** Totals by method and route. */
export class RouteRows {
  readonly #routes = new Map<string, RouteTotals>();

  get isEmpty(): boolean {
    return this.#routes.size === 0;
  }

  add(slice: RouteSlice): void {
    const known = this.#known(slice);
    known.all.add(slice);
    known.qtime += slice.qtime;
    known.win += slice.win;
    known.repeated += slice.repeated;
  }

  #known({ method, route }: Pick<RouteSlice, 'method' | 'route'>): RouteTotals {
    const key = `${method} ${route}`;
    let known = this.#routes.get(key);
    if (!known) {
      known = { method, route, qtime: 0, win: 0, repeated: 0, all: new Accumulator() };
      this.#routes.set(key, known);
    }
    return known;
  }

  /** Adds other totals to these. */
  addAll(others: RouteRows): void {
    for (const totals of others.#routes.values()) {
      const known = this.#known(totals);
      known.all.addAll(totals.all);
      known.qtime += totals.qtime;
      known.win += totals.win;
      known.repeated += totals.repeated;
    }
  }

  /** Sum of these totals and others. */
  with(others: RouteRows): RouteRows {
    const sum = new RouteRows();
    sum.addAll(this);
    sum.addAll(others);
    return sum;
  }

  /** Rows, sorted by total time, the largest first. */
  rows(): RouteRow[] {
    return [...this.#routes.values()]
      .sort((a, b) => b.all.ms - a.all.ms || b.all.count - a.all.count)
      .map(rowOf);
  }
}

function rowOf({ method, route, qtime, win, repeated, all }: RouteTotals): RouteRow {
  const { count, errors, ms, queries } = all;
  return {
    ...{ method, route, count, errors, mean: ms / count, p95: all.percentile(0.95) },
    ...{ queries: queries / count, qtime: qtime / count, win: win / count, repeated },
  };
}
