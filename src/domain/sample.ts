/** Sample: the figures that one request adds to an aggregate. */

import type { Interval } from './intervals.js';

/** Figures of one request for one subject: a statement at a call site, its route, a finding, or a part of its time. */
export interface Sample {
  /** Key of the subject: 16 hex digits. */
  key: string;
  of: 'call' | 'request' | 'finding' | 'time';
  /** Kind of the calls or of the finding; for a request its method, for its time the part. */
  kind: string;
  /** Statement without its values, route, or message of the finding. */
  text: string;
  /** Call site, `file:line`, where there is one. */
  site?: string;
  function?: string;
  /** For a finding: method and route of the request. */
  route?: string;
  /** ms: of each call; for a request its duration, for a finding its win, for a part itself. */
  times: number[];
  /** From start to end of each call, or of a finding's calls; missing where `times` do not overlap. */
  intervals?: Interval[];
  /** Failed calls; for a request 1 when it failed. */
  errors: number;
  /** For a request: its SQL calls. */
  queries: number;
}
