/**
 * Errors that reach the process: uncaught ones, and rejections that nothing handles. Node emits both
 * on `process`, whose `emit` is wrapped: a listener would be counted, and could change how it ends.
 */

import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { isUnwatched } from '../processes/threads.cjs';
import { ownData } from '../record/app-values.cjs';
import { currentRequest, takeUnwoundRequest } from '../request/context.cjs';
import { state } from '../run-config.cjs';
import { noteErrorOf } from './request-errors.cjs';

/** Reason of the last rejection that nothing handled: Node wraps one that is no error. */
let lastReason: unknown;

/** Watches for errors that no code of the app has handled. */
export function watchProcessErrors(): void {
  // Not on `process` itself, among whose own properties the app could see it.
  replaceMethod(Object.getPrototypeOf(process), 'emit', (original) => {
    // A method has no prototype property, like the method that it replaces.
    const holder = {
      emit(this: unknown, type: unknown, value: unknown, origin: unknown) {
        if (type === 'uncaughtExceptionMonitor') attempt(noteUncaught, value, origin);
        else if (type === 'unhandledRejection') attempt(noteUnhandled, value);
        // The app starts no thread of the agent's.
        else if (type === 'worker' && attempt(isUnwatched, value)) return false;
        return Reflect.apply(original, this, arguments);
      },
    };
    return holder.emit;
  });
}

/**
 * Noted when Node has decided what becomes of it: where it ends the process, Node prints the line of
 * the throw, which it has from the stack as long as nothing has read that.
 */
function noteUnhandled(reason: unknown): void {
  lastReason = reason;
  const request = state.recording === 'off' ? undefined : currentRequest();
  if (request === undefined) return;
  queueMicrotask(() => attempt(noteErrorOf, request, reason, 'unhandledRejection', false));
}

/** Whether it ends the process is known: the app may listen, or have taken over. */
function noteUncaught(error: unknown, origin: unknown): void {
  const request = state.recording === 'off' ? undefined : (takeUnwoundRequest() ?? currentRequest());
  if (request === undefined) return;
  const isFatal =
    process.listenerCount('uncaughtException') === 0 && !process.hasUncaughtExceptionCaptureCallback();
  const isWrapped = ownData(error, 'code') === 'ERR_UNHANDLED_REJECTION';
  const thrown = origin === 'unhandledRejection' && isWrapped ? lastReason : error;
  noteErrorOf(request, thrown, origin === 'unhandledRejection' ? origin : 'uncaughtException', isFatal);
}
