/** Wall clock of the proxy with sub-millisecond precision. */

let anchor = performance.timeOrigin;

/** Current time in epoch ms, with a fraction. */
export function epochMs(): number {
  const monotonic = performance.now();
  const wall = Date.now();
  // performance.now() stands still while the machine sleeps and ignores changes of the wall clock.
  if (Math.abs(wall - anchor - monotonic) > 5) anchor = wall - monotonic;
  return anchor + monotonic;
}
