/** Units: work that a consumer runs (job, message, tick), recorded like a request of its own. */

import { randomUUID } from 'node:crypto';
import { type ContextRunner, runInContext } from '../call/call-site.cjs';
import { attempt } from '../guard.cjs';
import { errorText } from '../record/error-text.cjs';
import { state } from '../run-config.cjs';
import { currentRequest } from './context.cjs';
import { now, TracedRequest } from './traced-request.cjs';
import type { TracedUnit, UnitInfo } from './unit-info.cjs';

let onEnd: (unit: TracedRequest) => void = () => {};
// Bound at load: the app may replace it.
const { then } = Promise.prototype;

/** Sets the listener of the ends of observed units. */
export function onUnitEnd(listener: (unit: TracedRequest) => void): void {
  onEnd = listener;
}

/** Begins a unit; undefined if units are not recorded. It is shown once it has made a call. */
export function beginUnit(info: UnitInfo, isObserved: boolean): TracedRequest | undefined {
  if (state.recording !== 'all' || !isInSample(info)) return undefined;
  const { kind, name, isNamed, parent, params, stack, handler } = info;
  const isNamedByHandler = kind === 'tick' && !isNamed && handler !== undefined;
  const unit: TracedUnit = { ...info, pending: 0, touched: 0, isObserved };
  const request = new TracedRequest({
    id: randomUUID(),
    method: kind,
    url: isNamedByHandler ? `${name} ${handler}`.trim() : name,
    parent: parent?.id,
    unit,
  });
  request.routeInfo = () => ({ params, stack, handler });
  return request;
}

/** Whether the next unit is in the run's sample, as that of a recorded request is. */
function isInSample({ parent }: UnitInfo): boolean {
  return parent !== undefined || state.policy === undefined || state.policy.takesUnit();
}

/** Ends a unit, once; `error` is the app's. */
export function endUnit(request: TracedRequest | undefined, error?: unknown): void {
  if (request === undefined || request.ended !== 0) return;
  request.ended = now();
  if (error !== undefined && error !== null) request.unit!.error = attempt(errorText, error) ?? 'failed';
  if (request.unit!.isObserved) attempt(onEnd, request);
}

/**
 * Calls `fn` as a unit and returns its result. With `settles` it ends when the promise that `fn`
 * returns is settled: only for functions whose library handles that promise, because a handler of
 * ours would silence an unhandled rejection.
 */
export function runUnit(
  info: UnitInfo,
  fn: Function,
  self: unknown,
  args: ArrayLike<unknown>,
  settles = false,
): unknown {
  if (state.recording === 'off') return Reflect.apply(fn, self, args);
  const unit = attempt(beginUnit, info, settles);
  const result = runInUnit(unit, fn, self, args);
  // Where units are not recorded, the work still belongs to no request.
  if (unit === undefined) return result;
  if (settles && result instanceof Promise) attempt(endWhenSettled, unit, result);
  else attempt(endUnit, unit);
  return result;
}

/** Calls `fn` in a unit (undefined: in no request); if it throws, the unit ends with the error. */
export function runInUnit(
  unit: TracedRequest | undefined,
  fn: Function,
  self: unknown,
  args: ArrayLike<unknown>,
): unknown {
  try {
    return runInContext(unit, undefined, fn, self, args);
  } catch (error) {
    attempt(endUnit, unit, error ?? 'thrown');
    throw error;
  }
}

function endWhenSettled(unit: TracedRequest, promise: Promise<unknown>): void {
  Reflect.apply(then, promise, [
    () => attempt(endUnit, unit),
    (error: unknown) => attempt(endUnit, unit, error ?? 'rejected'),
  ]);
}

/** Runs a library's own loop or connection, begun in a request, in no request. */
export const runDetached: ContextRunner = (fn, self, args) =>
  state.recording === 'off'
    ? Reflect.apply(fn, self, args)
    : runInContext(undefined, undefined, fn, self, args);

/** Request that is running now, as the parent of units that begin later. */
export function parentOfUnits(): TracedRequest | undefined {
  return state.recording === 'off' ? undefined : attempt(currentRequest);
}
