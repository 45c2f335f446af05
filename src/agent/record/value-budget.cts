/** Bounds the characters of values that a call, and a request, may have recorded. */

import type { TracedCall } from '../call/call.cjs';
import type { CallInfo } from '../instruments/instrument.cjs';

/** Characters of the values of a call. */
const MAX_CALL = 256 * 1024;
// Of a number, a comma, the quotes of a text.
const VALUE_SIZE = 4;

/** Characters left for the values of the running `describe`, and whether some were cut. */
export const budget = { left: Number.POSITIVE_INFINITY, isCut: false };

/** Takes the characters of a text of that length, and returns how many of it may be recorded. */
export function takeCharacters(length: number): number {
  const taken = Math.min(length, Math.max(0, budget.left));
  budget.left -= taken + VALUE_SIZE;
  if (taken < length) budget.isCut = true;
  return taken;
}

/**
 * Sets a call's name and details, of values within the budget of the call and of its request;
 * `detail.cut` says that some are missing.
 */
export function describeCall(call: TracedCall, describe: (call: TracedCall) => CallInfo): void {
  const { request } = call;
  const left = Math.min(MAX_CALL, request?.charactersLeft ?? MAX_CALL);
  budget.left = left;
  budget.isCut = false;
  try {
    const info = describe(call);
    if (call.api !== undefined) (info.detail ??= {}).via = call.api;
    if (budget.isCut) (info.detail ??= {}).cut = true;
    call.info = info;
  } finally {
    if (request !== undefined) request.charactersLeft -= left - Math.max(0, budget.left);
    budget.left = Number.POSITIVE_INFINITY;
  }
}
