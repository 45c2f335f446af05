/** Requests and responses on the control socket, one JSON object a line. */

/** A client's request. The first line of a connection is `{token}`, all others have this shape. */
export interface ControlRequest {
  /** Chosen by the client; its response has the same id. */
  id: number;
  verb: string;
  with?: Record<string, unknown>;
}

/** The run's response: `ok`, or `error`, a sentence for the user. */
export interface ControlResponse {
  id: number;
  ok?: unknown;
  error?: string;
}
