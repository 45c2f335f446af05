/** Instrument of Node's synchronous fs, crypto and zlib functions, and of JSON's, that block for over 5 ms. */

import { cpuSinceTick, noteBlockingCall } from '../blocked/activity.cjs';
import { beginCallFrom, endCall, type TracedCall } from '../call/call.cjs';
import { captureCallSite } from '../call/call-site.cjs';
import { applyUnseen } from '../call/hidden-frames.cjs';
import { isCalledByRuntime } from '../call/runtime-caller.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { noteAnsweredError } from '../errors/answered-error.cjs';
import { attempt } from '../guard.cjs';
import { currentRequest } from '../request/context.cjs';
import { now, type TracedRequest } from '../request/traced-request.cjs';
import { state } from '../run-config.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';

const BLOCKS_MS = 5;
const MAX_PATH = 4096;
// Includes functions that block only without a callback: with a callback they return within 5 ms.
const CRYPTO_METHODS = /Sync$|^(?:randomBytes|sign|verify|generatePrime|checkPrime)$/;

/** Characters that are parsed in less than a millisecond. */
const MAX_QUICK_TEXT = 100_000;

/** True inside a measured call, because these functions call each other. */
let inside = false;

export const blocking: Instrument = {
  library: 'node',
  versions: '*',
  kind: 'block',
  channel: 'scooby:block',
  describe,
  files: {},
  install: () => {
    wrapMethods('fs', require('node:fs'), /Sync$/);
    wrapMethods('crypto', require('node:crypto'), CRYPTO_METHODS);
    // V8 serves no look of the watchdog in them: it would see the line after.
    // In the agent's bundle `JSON` is a copy, which the app cannot replace.
    wrapMethod('JSON', globalThis.JSON, 'parse', isShortText);
    wrapMethod('JSON', globalThis.JSON, 'stringify', isPrimitive, lookAtJson);
  },
  onListening: () => wrapMethods('zlib', require('node:zlib'), /Sync$/),
};

/** Calls that are not timed; they cannot throw, and are called outside of any guard. */
const isShortText = (value: unknown) =>
  state.recording === 'off' || typeof value !== 'string' || value.length < MAX_QUICK_TEXT;
const isPrimitive = (value: unknown) =>
  state.recording === 'off' || typeof value !== 'object' || value === null;

/** Looks at the JSON of a request of which a call has failed; guarded by its caller. */
function lookAtJson(request: TracedRequest, json: unknown): void {
  if (request.hasFailedCall) noteAnsweredError(request, json);
}

/** A call that blocked, with the ms of CPU that it used at most where those are far fewer. */
interface BlockingCall {
  method: string;
  cpu: number | undefined;
}

function describe(call: TracedCall): CallInfo {
  // The name alone is that of a gap, which the watch of the loop has measured.
  const { method, cpu } =
    typeof call.self === 'string' ? { method: call.self, cpu: undefined } : (call.self as BlockingCall);
  const info = describeMethod(method, call.args);
  return cpu === undefined ? info : { ...info, detail: { ...info.detail, cpu: Math.round(cpu) } };
}

function describeMethod(method: string, args: ArrayLike<unknown>): CallInfo {
  const path =
    typeof args[0] === 'string' && method.startsWith('fs.') ? ` ${args[0].slice(0, MAX_PATH)}` : '';
  if (method === 'JSON.parse') return { name: method, detail: { characters: String(args[0]).length } };
  // Strings may be secrets; numbers (iterations, lengths) explain the duration.
  const numbers = Array.from(args).filter((value) => typeof value === 'number');
  return { name: `${method}${path}`, ...(numbers.length > 0 && { detail: { numbers } }) };
}

function wrapMethods(module: string, exports: Record<string, unknown>, names: RegExp): void {
  for (const method of Object.keys(exports))
    if (names.test(method) && typeof exports[method] === 'function') wrapMethod(module, exports, method);
}

/** `isQuick` tells calls that are not timed, by their first argument. */
function wrapMethod(
  module: string,
  exports: object,
  method: string,
  isQuick: (value: unknown) => boolean = () => false,
  onResult?: (request: TracedRequest, result: unknown) => void,
): void {
  replaceMethod(exports, method, (original) => {
    const timed = function (this: unknown) {
      const request = inside || isQuick(arguments[0]) ? undefined : currentRequest();
      if (request === undefined) return applyUnseen(original, this, arguments, timed);
      inside = true;
      const began = now();
      let result: unknown;
      try {
        result = applyUnseen(original, this, arguments, timed);
      } finally {
        inside = false;
        if (now() - began > BLOCKS_MS) attempt(recordBlock, timed, `${module}.${method}`, arguments, began);
      }
      if (onResult !== undefined) attempt(onResult, request, result);
      return result;
    };
    return timed;
  });
}

function recordBlock(cut: () => unknown, name: string, args: IArguments, began: number): void {
  // Which modules are loaded under the first requests, and how long that takes, is up to the machine.
  if (isCalledByRuntime(cut)) return;
  const ended = now();
  // Files are waited for without CPU; what only computes took longer because the process waited for its turn.
  const cpu = name.startsWith('fs.') ? undefined : cpuSinceTick();
  const site = captureCallSite(cut);
  if (site === undefined) return;
  noteBlockingCall(began, ended, site.request, site.stack, name, cpu);
  const isStarved = cpu !== undefined && cpu * 2 < ended - began;
  const call = beginCallFrom(blocking, site, { method: name, cpu: isStarved ? cpu : undefined }, args);
  call.began = began;
  endCall(call);
}
