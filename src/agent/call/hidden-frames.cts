/**
 * Calls of Node's synchronous functions whose errors have no frame of the agent: these functions fail
 * as often as not (`statSync` of what is missing), and their stacks are what the app's log shows.
 */

import { types } from 'node:util';
import { attempt } from '../guard.cjs';
import { isAgentScript } from './own-script.cjs';

// An own accessor from Node 21 on; before, V8 shows a data property.
const getStack = Object.getOwnPropertyDescriptor(new Error(), 'stack')?.get;
const FRAME = /^ +at /;
const SCRIPT = /^ +at (?:.*\()?(.+?):\d+:\d+\)?$/;
/** Frames of the agent that may be among those of the callers: of functions that call each other. */
const ROOM = 10;
const errors = Error as { stackTraceLimit?: unknown; prepareStackTrace?: Function | undefined };
// Node's own since 20.19 and 21; before, it is undefined.
const nodesPrepare = errors.prepareStackTrace?.name === 'ErrorPrepareStackTrace' && errors.prepareStackTrace;

/**
 * Result of `original`, which `caller`, a wrapper, calls for the app; what it throws has the frames that
 * it has without the agent.
 */
export function applyUnseen(
  original: Function,
  self: unknown,
  args: ArrayLike<unknown>,
  caller: Function,
): unknown {
  try {
    return Reflect.apply(original, self, args);
  } catch (error) {
    attempt(hideFrames, error, caller);
    throw error;
  }
}

/** Takes out the frames of the agent; those behind them, of which some were cut, still run. */
function hideFrames(error: unknown, caller: Function): void {
  // A function of the app would be called earlier than without the agent, and a source map looked up.
  const { prepareStackTrace: prepare, stackTraceLimit: limit } = errors;
  if ((prepare !== undefined && prepare !== nodesPrepare) || usesSourceMaps()) return;
  if (!types.isNativeError(error)) return;
  const property = Object.getOwnPropertyDescriptor(error, 'stack');
  const stack = property?.get === undefined ? property?.value : property.get === getStack && error.stack;
  if (typeof stack !== 'string') return;
  const lines = stack.split('\n');
  const first = lines.length - framesAtEnd(lines);
  const own = lines.findIndex((line, i) => i >= first && isOfAgent(line));
  if (own < 0) return;
  const count = typeof limit === 'number' ? limit - (own - first) : 0;
  error.stack = [...lines.slice(0, own), ...framesAbove(caller, count)].join('\n');
}

/** Number of the lines at the end that are frames: a message may have lines like them. */
function framesAtEnd(lines: string[]): number {
  const last = lines.findLastIndex((line) => !FRAME.test(line));
  return lines.length - 1 - last;
}

function isOfAgent(line: string): boolean {
  return isAgentScript(SCRIPT.exec(line)?.[1] ?? '');
}

/** So many frames of what calls a running function, without those of the agent. */
function framesAbove(caller: Function, count: number): string[] {
  const holder: { stack?: unknown } = {};
  const limit = errors.stackTraceLimit;
  try {
    errors.stackTraceLimit = count + ROOM;
    Error.captureStackTrace(holder, caller as () => void);
  } finally {
    errors.stackTraceLimit = limit;
  }
  const lines = String(holder.stack).split('\n');
  return lines.filter((line) => FRAME.test(line) && !isOfAgent(line)).slice(0, count);
}

function usesSourceMaps(): boolean {
  const { sourceMapsEnabled } = process as { sourceMapsEnabled?: boolean };
  return sourceMapsEnabled ?? process.execArgv.includes('--enable-source-maps');
}
