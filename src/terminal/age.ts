/** Formatted instants: their age, and their local day and time. */

// Years, because 1000 days and more take five characters (`1000d`) and the browser's column has
// four cells.
const UNITS: [unit: string, ms: number][] = [
  ['y', 31_536_000_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
];

/**
 * Age of an instant (epoch ms) in one unit, at most four characters: `5s`, `12m`, `3h`, `2d`; `now`
 * below one second, and for the future.
 */
export function formatAge(at: number, now: number): string {
  const [unit, size] = UNITS.find(([, step]) => now - at >= step) ?? [];
  return size === undefined ? 'now' : `${Math.floor((now - at) / size)}${unit}`;
}

/** Age for a sentence: `12m ago`, `just now`. */
export function formatAgo(at: number, now: number): string {
  const text = formatAge(at, now);
  return text === 'now' ? 'just now' : `${text} ago`;
}

/** Local day and time of an instant (epoch ms): `2026-11-22 14:02:11`. */
export function formatDateTime(at: number): string {
  const date = new Date(at);
  const twoDigits = (n: number) => `${n}`.padStart(2, '0');
  const day = [date.getFullYear(), twoDigits(date.getMonth() + 1), twoDigits(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':')}`;
}
