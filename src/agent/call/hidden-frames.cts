/**
 * Calls of Node's synchronous functions whose errors have no frame of the agent: these functions fail
 * as often as not (`statSync` of what is missing), and their stacks are what the app's log shows.
 */

import { types } from 'node:util';
import { attempt } from '../guard.cjs';
import { isAgentScript } from './own-script.cjs';

// An own accessor from Node 21 on; before, V8 shows a data property.
const getStack = Object.getOwnPropertyDescriptor(new Error(), 'stack')?.get;
const FRAME = /^ +at (?:.*\()?(.+?):\d+:\d+\)?$/;
const errors = Error as { stackTraceLimit?: unknown; prepareStackTrace?: Function | undefined };
// Node's own since 20.19 and 21; before, it is undefined.
const nodesPrepare = errors.prepareStackTrace?.name === 'ErrorPrepareStackTrace' && errors.prepareStackTrace;

/** Result of `original`; what it throws has the frames that it has without the agent. */
export function applyUnseen(original: Function, self: unknown, args: ArrayLike<unknown>): unknown {
  const limit = errors.stackTraceLimit;
  // Room for the frames of this function and of its caller, which are taken out.
  const isRaised = typeof limit === 'number' && attempt(setLimit, limit + 2) === true;
  try {
    return Reflect.apply(original, self, args);
  } catch (error) {
    if (isRaised) attempt(setLimit, limit);
    attempt(hideFrames, error, limit);
    throw error;
  } finally {
    if (isRaised) attempt(setLimit, limit);
  }
}

/** Whether the limit could be set: an app may have frozen Error. */
function setLimit(limit: number): boolean {
  try {
    errors.stackTraceLimit = limit;
    return errors.stackTraceLimit === limit;
  } catch {
    return false;
  }
}

function hideFrames(error: unknown, limit: unknown): void {
  // A function of the app would be called earlier than without the agent, and a source map looked up.
  const prepare = errors.prepareStackTrace;
  if ((prepare !== undefined && prepare !== nodesPrepare) || usesSourceMaps()) return;
  if (!types.isNativeError(error)) return;
  const property = Object.getOwnPropertyDescriptor(error, 'stack');
  const stack = property?.get === undefined ? property?.value : property.get === getStack && error.stack;
  if (typeof stack !== 'string') return;
  const lines = stack.split('\n');
  const first = lines.findIndex((line) => FRAME.test(line));
  if (first < 0) return;
  const frames = lines.slice(first).filter((line) => !isAgentScript(FRAME.exec(line)?.[1] ?? ''));
  const shown = typeof limit === 'number' ? frames.slice(0, limit) : frames;
  error.stack = [...lines.slice(0, first), ...shown].join('\n');
}

function usesSourceMaps(): boolean {
  const { sourceMapsEnabled } = process as { sourceMapsEnabled?: boolean };
  return sourceMapsEnabled ?? process.execArgv.includes('--enable-source-maps');
}
