/** A reason why the agent may not be in the app. */

/** What keeps the agent out of the app, and what to do. */
export interface StartProblem {
  cause: string;
  remedy: string;
}
