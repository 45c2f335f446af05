/** Runs code of the agent inside a call of the app: its errors never reach the app. */

/** Result of `fn(...args)`; undefined if it throws. */
export function attempt<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): R | undefined {
  try {
    return fn(...args);
  } catch {
    // What failed is not recorded; the app's call goes on as without the agent.
    return undefined;
  }
}
