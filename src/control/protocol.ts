/** Requests and responses on the control socket, one JSON object a line. */

/** What a reader asks of a run. The first line of a connection is `{token}`, all others are of this shape. */
export interface ControlRequest {
  /** Chosen by who asks; the answer carries it. */
  id: number;
  verb: string;
  with?: Record<string, unknown>;
}

/** What the run answers: `ok` or `error`, which is a sentence that says what to do. */
export interface ControlResponse {
  id: number;
  ok?: unknown;
  error?: string;
}
