/** Instants as people read them: how long ago, and the day and time. */

// Past 999 days a number of days has five characters, and the browser's column has four cells.
const STEPS: [unit: string, ms: number][] = [
  ['y', 31_536_000_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
];

/** Time since an instant in one unit, at most four characters: `5s`, `12m`, `3h`, `2d`; `now` within a second, or in the future. */
export function age(then: number, now: number): string {
  const [unit, size] = STEPS.find(([, step]) => now - then >= step) ?? [];
  return size === undefined ? 'now' : `${Math.floor((now - then) / size)}${unit}`;
}

/** The same in a sentence: `12m ago`, `just now`. */
export function ago(then: number, now: number): string {
  const text = age(then, now);
  return text === 'now' ? 'just now' : `${text} ago`;
}

/** Day and time of an instant where the user is: `2026-11-22 14:02:11`. */
export function dayAndTime(then: number): string {
  const date = new Date(then);
  const two = (n: number) => `${n}`.padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}
