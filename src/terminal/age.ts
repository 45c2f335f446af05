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

const twoDigits = (n: number) => `${n}`.padStart(2, '0');

/** Local time of an instant (epoch ms): `14:02:11`. */
export function formatClock(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
}

/** Offset of the local time from UTC at an instant (epoch ms): `+02:00`, `Z`. */
export function formatOffset(at: number): string {
  const minutes = -new Date(at).getTimezoneOffset();
  if (minutes === 0) return 'Z';
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${twoDigits(Math.floor(size / 60))}:${twoDigits(size % 60)}`;
}

function formatDay(at: number): string {
  const date = new Date(at);
  return [date.getFullYear(), twoDigits(date.getMonth() + 1), twoDigits(date.getDate())].join('-');
}

/** Local day and time of an instant (epoch ms) with its zone: `2026-11-22 14:02:11 +02:00`, `… UTC`. */
export function formatDateTime(at: number): string {
  const offset = formatOffset(at);
  return `${formatDay(at)} ${formatClock(at)} ${offset === 'Z' ? 'UTC' : offset}`;
}

/** The same in one word, for lines that programs read: `2026-11-22T14:02:11+02:00`. */
export function formatStamp(at: number): string {
  return `${formatDay(at)}T${formatClock(at)}${formatOffset(at)}`;
}
