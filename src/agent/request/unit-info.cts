/** What is known of a unit: what its consumer says of it, and how it stands. */

import type { UnitKind } from '../../domain/unit.js';

/** What a consumer says of a unit. */
export interface UnitInfo {
  kind: UnitKind;
  /** Queue and job, topic, or event; of a tick the expression of its schedule, if it has one. */
  name: string;
  /** True where the name alone is enough: a schedule that the app has named. */
  isNamed?: boolean;
  params?: Record<string, unknown>;
  /** Request that began the consumer or handed the work over, if it is known here. */
  parent?: { readonly id: string } | undefined;
  /** Key by which the collector finds the request that handed the work over (`sendCause`). */
  cause?: string;
  /** Name of the function that runs it; of a tick part of the unit's name. */
  handler?: string;
  /** Number of the stack of its registration, whose line names a tick of an anonymous function. */
  stack?: number;
  /** True where a library began it: it is the app's only if one of its calls is. */
  needsApp?: boolean;
}

/** State of a unit that runs; times are performance.now(), ms. */
export interface TracedUnit extends UnitInfo {
  /** Calls that run. */
  pending: number;
  /** Beginning or end of the last call. */
  touched: number;
  /** True if the end of its work is reported, not only the return of its function. */
  isObserved: boolean;
  /** True once its end has been sent. */
  isClosed?: boolean;
  error?: string;
}
