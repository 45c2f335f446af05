/** Whether a version is one of a range, as instruments write them: `>=8 <9`, `>=6.2`, `*`. */

/** Answers whether the version is inside all parts of the range; a version that cannot be read is in none but `*`. */
export function isWithin(version: string, range: string): boolean {
  return range.split(/\s+/).every((part) => {
    const [, operator, bound] = /^(>=|<=|<|>)(\d[\d.]*)$/.exec(part) ?? [];
    if (operator === undefined || bound === undefined) return part === '*';
    const order = compared(version, bound);
    if (Number.isNaN(order)) return false;
    return operator.startsWith('>')
      ? order > 0 || (order === 0 && operator === '>=')
      : order < 0 || (order === 0 && operator === '<=');
  });
}

function compared(version: string, bound: string): number {
  const [a, b] = [version.replace(/[-+].*$/, ''), bound].map((text) => text.split('.').map(Number));
  for (let i = 0; i < 3; i++) {
    const difference = (a![i] ?? 0) - (b![i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
