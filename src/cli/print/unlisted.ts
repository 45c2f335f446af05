/** Ticks that a list leaves out: how many, and how to see them. */

import { TICKS_FILTER, unlistedQuery, unlistedText } from '../../domain/routine.js';
import type { Selection, StoreReader } from '../../store/store.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { printRemark } from '../output.js';

/** Ticks that are counted; reading them takes some ms. */
const MAX_COUNTED = 1000;

/** Number of ticks that the list of a selection leaves out, at most MAX_COUNTED. */
export async function countUnlisted(
  store: Pick<StoreReader, 'recent'>,
  selection: Selection,
): Promise<number> {
  const unlisted = unlistedQuery(selection.query ?? []);
  return unlisted ? (await store.recent({ ...selection, query: unlisted }, MAX_COUNTED)).length : 0;
}

function countText(count: number): string {
  return count < MAX_COUNTED ? unlistedText(count) : `more than ${unlistedText(MAX_COUNTED - 1)}`;
}

/** Line of a list's footer on a terminal. */
export function unlistedLines(count: number, { style }: Pick<OutputFormat, 'style'>): string[] {
  if (count === 0) return [];
  return [`${style('dim', `${countText(count)}:`)} ${style('accent', `scooby list ${TICKS_FILTER}`)}`];
}

/** The same for a pipe, on stderr. */
export function remarkUnlisted(count: number): void {
  if (count > 0)
    printRemark(`${countText(count)}, which had nothing to tell. See them:  scooby list ${TICKS_FILTER}`);
}

/** What lists that go on say of ticks when the first is not listed. */
export const UNLISTED_WHILE_FOLLOWING = `with nothing to tell are not listed; see them with: scooby list ${TICKS_FILTER}`;
