/** Streams of messages and calls: their events run in the context of the request that they belong to. */

import { EventEmitter } from 'node:events';
import { attempt } from '../guard.cjs';
import { applyInRequest } from './context.cjs';
import { tagMessage, tagOfMessage } from './private-field.cjs';
import { type TracedRequest, WatchedStream } from './traced-request.cjs';

// Bound at load: `domain`, and others, replace it.
const nodesEmit: Function = EventEmitter.prototype.emit;
const patched = new WeakSet<object>();
/** Patched prototypes of most messages: comparing them is cheaper than looking into a WeakSet. */
let usualMessage: object | undefined;
let usualResponse: object | undefined;
/** True once a request is recorded or a stream watched: until then patched methods only call the original. */
let isInUse = false;
let endRequest: (request: TracedRequest, aborted: boolean) => void = () => {};

/** Sets what hears of the end of each recorded response, whatever made it: `inject` has classes of its own. */
export function onResponseEnd(listener: (request: TracedRequest, aborted: boolean) => void): void {
  endRequest = listener;
}

/** Patches the streams of node:http. */
export function patchMessages({ IncomingMessage, ServerResponse }: typeof import('node:http')): void {
  patchStream(IncomingMessage.prototype);
  patchStream(ServerResponse.prototype);
  usualMessage = IncomingMessage.prototype;
  usualResponse = ServerResponse.prototype;
}

/** Makes a message or response emit its events in the context of `request`. */
export function bindMessage(message: object, request: TracedRequest): void {
  isInUse = true;
  tagMessage(message, request);
  if (typeof (message as NodeJS.EventEmitter).emit === 'function')
    patchStream(Object.getPrototypeOf(message));
}

/**
 * Makes a stream of a call emit its events in the context of `request`, after calling `onEvent`
 * with the event's name and first argument.
 */
export function watchStream(
  stream: object,
  request: TracedRequest | undefined,
  onEvent: (type: string, value: unknown) => void,
): WatchedStream {
  isInUse = true;
  const watched = new WatchedStream(request, onEvent);
  tagMessage(stream, watched);
  patchStream(Object.getPrototypeOf(stream));
  return watched;
}

/**
 * Patches `emit` of a stream class to restore the request's context: the parser emits `data`, `end`
 * and `finish` in a context of its own.
 */
function patchStream(prototype: object): void {
  if (prototype === usualMessage || prototype === usualResponse) return;
  if (patched.has(prototype) || patched.has(Object.getPrototypeOf(prototype))) return;
  patched.add(prototype);
  const stream = prototype as NodeJS.EventEmitter;
  const original = stream.emit as (...args: never[]) => boolean;
  const isNodes = original === nodesEmit;
  const emit = function emit(
    this: { _events?: Record<string, unknown> },
    type: string,
    value?: unknown,
  ): boolean {
    const owner = isInUse ? tagOfMessage(this) : undefined;
    if (owner === undefined) return Reflect.apply(original, this, arguments as never);
    if (owner instanceof WatchedStream) {
      attempt(owner.onEvent, type, value);
      const { emitIn } = owner;
      if (emitIn === undefined) return applyInRequest(owner.request, original, this, arguments) as boolean;
      return emitIn(original, this, arguments) as boolean;
    }
    if (owner.ended === 0 && this === owner.response && (type === 'finish' || type === 'close')) {
      try {
        endRequest(owner, type === 'close');
      } catch {
        // Its end is not recorded.
      }
    }
    // Without a listener nothing runs in the context, and entering it costs more than the event.
    // `_events` is EventEmitter's own; where it is missing, the context is entered.
    if (type !== 'error' && this._events !== undefined && this._events[type] === undefined)
      return isNodes ? false : Reflect.apply(original, this, arguments as never);
    return applyInRequest(owner, original, this, arguments) as boolean;
  };
  stream.emit = copyNameAndLength(emit, original) as typeof stream.emit;
}

/** Copies `name` and `length` of the original, which some libraries read. */
export function copyNameAndLength<F extends Function>(wrapper: F, original: Function): F {
  Object.defineProperty(wrapper, 'name', { value: original.name, configurable: true });
  return Object.defineProperty(wrapper, 'length', { value: original.length, configurable: true });
}
