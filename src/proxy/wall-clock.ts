/** The proxy's clock: durations that never jump, instants that follow the wall clock. */

let anchor = performance.timeOrigin;

/** Answers the present instant in epoch ms, with a fraction. */
export function epochMs(): number {
  const monotonic = performance.now();
  const wall = Date.now();
  // The monotonic clock stands still while a machine sleeps, and does not follow when the wall clock is set.
  if (Math.abs(wall - anchor - monotonic) > 5) anchor = wall - monotonic;
  return anchor + monotonic;
}
