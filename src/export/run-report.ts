/** What a report of a run is made of, whatever it is written as. */

import type { Finding } from '../domain/trace.js';

/** A report of one run. */
export interface ReportedRun {
  /** Command of the run. */
  command: string;
  /** Number of the run in its store. */
  run: number;
  host?: string;
  /** Epoch ms. */
  began: number;
  /** Epoch ms of the report, and the version that wrote it. */
  written: number;
  version: string;
  figures: ReportFigure[];
  routes: ReportRoute[];
  /** Routes and findings beyond those that are listed. */
  moreRoutes: number;
  findings: ReportFinding[];
  moreFindings: number;
  difference?: ReportDifference;
}

/** A figure of the whole run: `p95`, `120ms`. */
export interface ReportFigure {
  name: string;
  text: string;
}

/** A route with its figures; times are ms. */
export interface ReportRoute {
  method: string;
  route: string;
  requests: number;
  p50: number;
  p95: number;
  worst: number;
  /** SQL calls of an average request, and of the request with the most. */
  queries: number;
  mostQueries: number;
  errors: number;
  /** Kinds of its findings. */
  findings: string[];
}

/** A finding of all requests that have it. */
export interface ReportFinding
  extends Pick<Finding, 'id' | 'kind' | 'severity' | 'message' | 'suggestion' | 'site' | 'function' | 'win'> {
  route: string;
  requests: number;
  /** ms of the request in which it costs most, and that request's id and duration. */
  ms: number;
  worst: string;
  duration?: number;
  /** Lines of its file, as they were. */
  lines?: readonly string[];
  /** Against what the report compares. */
  isNew?: boolean;
}

/** What has changed against another run, or a baseline. */
export interface ReportDifference {
  /** `run 11`, `scooby.baseline.json`. */
  against: string;
  figures: { name: string; before: string; after: string; change: 'better' | 'worse' | 'same' }[];
  gone: ReportMention[];
  added: ReportMention[];
  /** Number of findings that stay. */
  stays: number;
  /** Routes that are slower or faster. */
  routes: { route: string; verdict: string; before?: number; after?: number }[];
}

/** Whether anything is otherwise than before; findings that stay are no change. */
export function hasReportChange({ figures, gone, added, routes }: ReportDifference): boolean {
  return gone.length + added.length + routes.length > 0 || figures.some(({ change }) => change !== 'same');
}

/** A finding in a list. */
export interface ReportMention {
  kind: string;
  message: string;
  site?: string;
  route?: string;
}
