/** Sample: the figures that one request adds to an aggregate. */

/** What a request adds to the figures of one subject: of a statement at a line, of its route, of a finding. */
export interface Sample {
  /** The subject's name among all: 16 hex digits. */
  key: string;
  of: 'call' | 'request' | 'finding';
  /** The kind of the calls or of the finding; a request's method. */
  kind: string;
  /** The statement without its values, the route, or what the finding says. */
  text: string;
  /** `file:line`, where one is to blame. */
  site?: string;
  function?: string;
  /** Of a finding: the method and the route of the request. */
  route?: string;
  /** ms of each of its calls; of a request its duration, of a finding what it cost. */
  times: number[];
  /** Calls that failed; of a request 1 when it failed. */
  errors: number;
  /** Of a request: its SQL calls. */
  queries: number;
}
