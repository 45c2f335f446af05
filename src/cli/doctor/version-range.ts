/** Version ranges of instruments: `>=8 <9`, `>=6.2`, `*`. */

/**
 * Checks whether a version is inside every part of the range; an unreadable version is only inside
 * `*`.
 */
export function isWithin(version: string, range: string): boolean {
  return range.split(/\s+/).every((part) => {
    const [, operator, bound] = /^(>=|<=|<|>)(\d[\d.]*)$/.exec(part) ?? [];
    if (operator === undefined || bound === undefined) return part === '*';
    const order = compareVersions(version, bound);
    if (Number.isNaN(order)) return false;
    return operator.startsWith('>')
      ? order > 0 || (order === 0 && operator === '>=')
      : order < 0 || (order === 0 && operator === '<=');
  });
}

/** Negative, 0 or positive, as in Array#sort; NaN for an unreadable version. */
function compareVersions(version: string, bound: string): number {
  const [a, b] = [version.replace(/[-+].*$/, ''), bound].map((text) => text.split('.').map(Number));
  for (let i = 0; i < 3; i++) {
    const difference = (a![i] ?? 0) - (b![i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
