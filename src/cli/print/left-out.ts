/** Ticks that a list leaves out: how many, and how to see them. */

import type { FilterQuery } from '../../domain/filter.js';
import { leftOutQuery, leftOutText, TICKS_FILTER } from '../../domain/routine.js';
import type { StoreReader } from '../../store/store.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { printRemark } from '../output.js';

/** Ticks that are counted; reading them takes some ms. */
const MAX_COUNTED = 1000;

/** Number of ticks that the list of a query leaves out, at most MAX_COUNTED. */
export async function countLeftOut(store: Pick<StoreReader, 'recent'>, query: FilterQuery): Promise<number> {
  const leftOut = leftOutQuery(query);
  return leftOut ? (await store.recent({ query: leftOut }, MAX_COUNTED)).length : 0;
}

function countText(count: number): string {
  return count < MAX_COUNTED ? leftOutText(count) : `more than ${leftOutText(MAX_COUNTED - 1)}`;
}

/** Line of a list's footer on a terminal. */
export function leftOutLines(count: number, { style }: Pick<OutputFormat, 'style'>): string[] {
  if (count === 0) return [];
  return [`${style('dim', `${countText(count)}:`)} ${style('accent', `scooby list ${TICKS_FILTER}`)}`];
}

/** The same for a pipe, on stderr. */
export function remarkLeftOut(count: number): void {
  if (count > 0)
    printRemark(`${countText(count)}, which had nothing to tell. See them:  scooby list ${TICKS_FILTER}`);
}

/** What lists that go on say of ticks when the first is left out. */
export const LEFT_OUT_OF_FOLLOWED = `with nothing to tell are left out; see them with: scooby list ${TICKS_FILTER}`;
