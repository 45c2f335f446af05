/** Instants as people read them. */

const STEPS: [unit: string, ms: number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
];

/** Answers how long ago an instant was, in one unit: `5s`, `12m`, `3h`, `2d`; `now` within a second, or in the future. */
export function age(then: number, now: number): string {
  const [unit, size] = STEPS.find(([, step]) => now - then >= step) ?? [];
  return size === undefined ? 'now' : `${Math.floor((now - then) / size)}${unit}`;
}

/** Answers the day and the time of an instant where the user is: `2026-11-22 14:02:11`. */
export function dayAndTime(then: number): string {
  const date = new Date(then);
  const two = (n: number) => `${n}`.padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}
