/** Counts as wide as their column: a digit that is cut off would make another number of it. */

const UNITS = [
  ['k', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
] as const;

/** Count in at most `cells` cells where any text can: `1,234`, `1234`, `12k`, `1.2M`; rounded down. */
export function compactCount(count: number, cells: number): string {
  for (const text of [count.toLocaleString('en-US'), String(count)]) if (text.length <= cells) return text;
  let shortest = '';
  for (const [unit, size] of UNITS) {
    const tenths = Math.floor((count / size) * 10);
    if (tenths < 10 && shortest !== '') break;
    const fraction = tenths < 100 && tenths % 10 > 0 ? `.${tenths % 10}` : '';
    for (const text of [
      `${Math.floor(tenths / 10)}${fraction}${unit}`,
      `${Math.floor(tenths / 10)}${unit}`,
    ]) {
      if (text.length <= cells) return text;
      shortest = text;
    }
  }
  return shortest;
}
