/** Comparison of the rows of one statement with those of the loop that it replaces. */

import type { DigestedRows } from '../../domain/link.js';
import { formatCount } from '../../domain/text.js';
import type { Replacement } from './types.js';

/** Rows of one call of the loop, and the texts of its key where they are known. */
export interface CallRows {
  rows: DigestedRows;
  key: (string | null)[] | undefined;
}

/** Outcome of a comparison. */
export interface RowComparison {
  /** Missing where it cannot be told. */
  same?: boolean;
  /** A clause on what was compared and found. */
  text: string;
}

/** Compares the rows, each with those of the call that its key says; `isSample`: of the first calls only. */
export function compareRows(
  one: DigestedRows,
  loop: CallRows[],
  replacement: Pick<Replacement, 'isNumbered' | 'skipsEmpty'>,
  isSample: boolean,
): RowComparison {
  const groups = groupsOf(one);
  const calls = loop.map(({ rows, key }, n) => ({
    hashes: rows.rows.map(([hash]) => hash!),
    key: replacement.isNumbered ? [String(n + 1)] : key,
  }));
  const known = new Set(calls.map(({ key }) => JSON.stringify(key)));
  const isKeyed = groups !== undefined && (isSample || [...groups.keys()].every((key) => known.has(key)));
  if (isKeyed && calls.every(({ key }) => key !== undefined))
    return byKey(groups, calls, replacement.skipsEmpty);
  if (isSample) return { text: 'the rows were not compared: which call each belongs to is not known' };
  return asWhole(one, calls, replacement.skipsEmpty);
}

interface ComparedCall {
  hashes: string[];
  key: (string | null)[] | undefined;
}

/** Hashes of the rows by their key; undefined where a row has a key that is not known. */
function groupsOf({ rows }: DigestedRows): Map<string, string[]> | undefined {
  const groups = new Map<string, string[]>();
  for (const [hash, ...key] of rows) {
    if (key.includes(null)) return undefined;
    const text = JSON.stringify(key);
    const group = groups.get(text);
    if (group) group.push(hash!);
    else groups.set(text, [hash!]);
  }
  return groups;
}

function byKey(groups: Map<string, string[]>, calls: ComparedCall[], skipsEmpty: boolean): RowComparison {
  let empty = 0;
  const different = calls.filter(({ hashes, key }) => {
    const found = groups.get(JSON.stringify(key)) ?? [];
    if (found.length === 0 && skipsEmpty && hashes.length === 1) {
      empty++;
      return false;
    }
    return !isSameSet(found, hashes);
  });
  if (different.length === 0)
    return {
      same: true,
      text: `the same rows for each of ${formatCount(calls.length, 'value')}${emptyText(empty)}`,
    };
  const [{ hashes, key } = { hashes: [], key: [] }] = different;
  const found = groups.get(JSON.stringify(key)) ?? [];
  return {
    same: false,
    text: `other rows for ${different.length} of ${formatCount(calls.length, 'value')}: for ${(key ?? []).join(', ')} ${formatCount(found.length, 'row')}, ${hashes.length} in the loop`,
  };
}

function asWhole({ rows }: DigestedRows, calls: ComparedCall[], skipsEmpty: boolean): RowComparison {
  const one = rows.map(([hash]) => hash!);
  const all = calls.flatMap(({ hashes }) => hashes);
  const left = withoutAll(all, one);
  const extra = withoutAll(one, all);
  const isEmptyOnly = skipsEmpty && new Set(left).size === 1 && left.length === calls.length - one.length;
  if (extra.length === 0 && (left.length === 0 || isEmptyOnly))
    return { same: true, text: `the same rows as all calls of the loop together${emptyText(left.length)}` };
  return {
    same: false,
    text: `other rows: ${formatCount(extra.length, 'row')} that the loop has not, ${left.length} of the loop missing`,
  };
}

function emptyText(count: number): string {
  if (count === 0) return '';
  return `; ${count === 1 ? 'one has' : `${count} have`} no row, where the loop counts nothing: take 0 for ${count === 1 ? 'it' : 'them'}`;
}

function isSameSet(a: string[], b: string[]): boolean {
  return a.length === b.length && withoutAll(a, b).length === 0;
}

/** Items that stay when each of `others` takes one of its kind away. */
function withoutAll(items: string[], others: string[]): string[] {
  const counts = new Map<string, number>();
  for (const item of others) counts.set(item, (counts.get(item) ?? 0) + 1);
  return items.filter((item) => {
    const count = counts.get(item) ?? 0;
    if (count > 0) counts.set(item, count - 1);
    return count === 0;
  });
}
