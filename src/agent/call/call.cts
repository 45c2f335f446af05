/** Traced calls: created with request and stack, published on the channel of their instrument. */

import { type Channel, channel } from 'node:diagnostics_channel';
import { noteActivity, noteBlockingCall } from '../blocked/activity.cjs';
import { attempt } from '../guard.cjs';
import type { CallInfo, Instrument } from '../instruments/instrument.cjs';
import { errorText } from '../record/error-text.cjs';
import { beginCost, endCost } from '../record/own-cost.cjs';
import {
  applyInRequest,
  currentRequest,
  isOutsideRecorded,
  isRecording,
  mayBeInRequest,
} from '../request/context.cjs';
import { PrivateField } from '../request/private-field.cjs';
import { now, type TracedRequest } from '../request/traced-request.cjs';
import { state } from '../run-config.cjs';
import { type CallSite, currentCallSite, takeCallSite } from './call-site.cjs';
import { captureStack } from './stack.cjs';

/** Counts of a pool at the moment in which a call asked it for a connection. */
export interface PoolCounts {
  /** Missing for a pool without a limit. */
  max?: number;
  open: number;
  idle: number;
  waiting: number;
}

/**
 * A call of a library that the app makes. It is the message of its instrument's channel, published
 * when it begins and again when it has ended or is discarded.
 */
export class TracedCall {
  readonly instrument: Instrument;
  /** Request that made the call; undefined outside any. */
  readonly request: TracedRequest | undefined;
  /** Number of the stack of the app's call; 0 if it could not be captured. */
  readonly stack: number;
  readonly self: unknown;
  readonly args: ArrayLike<unknown>;
  /** performance.now() at the app's call and at its end, in ms; `ended` is 0 while it runs. */
  began: number;
  ended = 0;
  /** ms before it was sent, spent waiting for a connection. */
  wait = 0;
  rows: number | undefined;
  /** Method of the ORM or query builder that the app called instead of the driver's. */
  api: string | undefined;
  error: string | undefined;
  /** Counts of the pool when it asked for a connection; set by instruments with pools. */
  pool: PoolCounts | undefined = undefined;
  /** Bytes that its connection had received when it was sent; -1 if unknown. */
  received = -1;
  /** The socket of its connection; set by instruments that count bytes. */
  socket: unknown = undefined;
  /** Number of the span; like the next two fields it is set by the recorder. */
  n = 0;
  info: CallInfo | undefined;
  /** True once the launcher has its span with no duration. */
  sentWhileRunning = false;
  /** True if another call has its place: its span, if sent, is withdrawn. */
  discarded = false;
  /** True if it is not published: it belongs to an unrecorded request. */
  silent = false;
  /** False if it is known to end in a promise, not in a callback of the app. */
  hasCallback = true;
  /** Neighbours in the recorder's list of running calls. */
  before: TracedCall | undefined;
  after: TracedCall | undefined;
  isListed = false;
  /** True if it is a call of no request, though it runs in a unit: a library's own, in its timer. */
  isOutside = false;

  constructor(
    instrument: Instrument,
    request: TracedRequest | undefined,
    stack: number,
    self: unknown,
    args: ArrayLike<unknown>,
  ) {
    this.instrument = instrument;
    this.request = request;
    this.stack = stack;
    this.self = self;
    this.args = args;
    this.began = now();
    noteActivity(this.began, request, stack);
  }
}

const channels = new Map<Instrument, Channel>();
/** Calls by the error with which they ended. */
const failedCalls = new WeakMap<object, TracedCall>();

/** The recorded call that ended with an error. */
export function failedCallOf(error: unknown): TracedCall | undefined {
  return typeof error === 'object' && error !== null ? failedCalls.get(error) : undefined;
}

/**
 * Begins a call whose stack starts at the caller of `wrapper`; undefined if it is not recorded.
 * Calls of an unrecorded request become silent calls while another request is recorded: drivers may
 * resume them in the recorded request's async context, and everything they do next would be
 * attributed to it.
 */
export function beginCall(
  instrument: Instrument,
  wrapper: (...args: never[]) => unknown,
  self: unknown,
  args: ArrayLike<unknown>,
): TracedCall | undefined {
  if (state.recording === 'off' || instrument.isOff) return undefined;
  if (state.recording === 'marked' && !mayBeInRequest()) return undefined;
  const started = beginCost.start();
  try {
    const request = currentRequest();
    if (request === undefined && !isOutsideRecorded()) return silentCall(instrument, undefined, self, args);
    const site = takeCallSite(request);
    const deferred = site ?? currentCallSite(request);
    if (deferred?.silent) return silentCall(instrument, deferred, self, args);
    const stack = captureStack(wrapper, instrument.depth, deferred);
    const call = new TracedCall(instrument, request, stack, self, args);
    if (deferred !== undefined) applySites(call, deferred, site);
    return startCall(call, started);
  } catch {
    // The call is not recorded.
    return undefined;
  }
}

function startCall(call: TracedCall, started: number): TracedCall {
  publish(call);
  addOwnCost(call.request, beginCost.stop(started));
  return call;
}

function applySites(call: TracedCall, deferred: CallSite, site: CallSite | undefined): void {
  if (deferred.stack === call.stack) call.api = deferred.api;
  if (site === undefined) return;
  call.wait = call.began - site.began;
  call.began = site.began;
}

/** Its callbacks run in the request, if it has one: the call that it is a part of is recorded. */
function silentCall(
  instrument: Instrument,
  site: CallSite | undefined,
  self: unknown,
  args: ArrayLike<unknown>,
): TracedCall | undefined {
  if (!isRecording()) return undefined;
  const call = new TracedCall(instrument, site?.request, site?.stack ?? 0, self, args);
  call.silent = true;
  return call;
}

/** Begins a call with the request and the stack of a call site that was captured before. */
export function beginCallFrom(
  instrument: Instrument,
  site: CallSite,
  self: unknown,
  args: ArrayLike<unknown>,
): TracedCall {
  const call = new TracedCall(instrument, site.request, site.stack, self, args);
  call.api = site.api;
  if (site.silent) call.silent = true;
  publish(call);
  return call;
}

/**
 * Ends a call, before the app receives its result. `error` is the app's error, `rows` the number of
 * rows, `facts` are added to the span's detail; a call that has ended already stays as it is. `at` is
 * its end, if that is not now.
 */
export function endCall(
  call: TracedCall,
  error?: unknown,
  rows?: number,
  facts?: Record<string, unknown>,
  at: number = now(),
): void {
  if (call.ended !== 0) return;
  const started = endCost.start();
  call.ended = at;
  if (call.info?.detail?.blocking === true)
    noteBlockingCall(call.began, at, call.request, call.stack, call.info.name);
  else noteActivity(at, call.request, call.stack);
  if (typeof rows === 'number') call.rows = rows;
  try {
    if (error !== undefined && error !== null) {
      if (call.request !== undefined) call.request.hasFailedCall = true;
      const { errorOf } = call.instrument;
      call.error = errorText(errorOf === undefined ? error : errorOf(error));
      // A span around others fails with their error: it is that of the innermost call.
      if (typeof error === 'object' && !call.silent && !failedCalls.has(error)) failedCalls.set(error, call);
    }
    if (facts !== undefined && call.info !== undefined) Object.assign((call.info.detail ??= {}), facts);
  } catch {
    // The span ends without them.
  }
  try {
    publish(call);
  } catch {
    // The span is not recorded.
  }
  attempt(noteEndCost, call.request, started);
}

function noteEndCost(request: TracedRequest | undefined, started: number): void {
  addOwnCost(request, endCost.stop(started));
}

function addOwnCost(request: TracedRequest | undefined, ms: number): void {
  if (request?.times !== undefined) request.times.own += ms;
}

/** Discards a call that only led to another traced call, so that it is not shown twice. */
export function discardCall(call: TracedCall): void {
  call.discarded = true;
  attempt(publish, call);
}

/**
 * Callback for a driver, which calls `fn` in the request's context. `onCall` receives its arguments
 * first and reads them by index: an iterator costs an object per argument. Name and length are not
 * copied: drivers do not read them, and defining them costs more than everything else here.
 */
export function bindToRequest(
  request: TracedRequest | undefined,
  fn: Function,
  onCall?: (args: ArrayLike<unknown>) => void,
): Function {
  return function (this: unknown) {
    try {
      onCall?.(arguments);
    } catch {
      // The app's callback is called all the same.
    }
    return applyInRequest(request, fn, this, arguments);
  };
}

/** Private field of a callback: the call that it ends. */
class CallTag extends PrivateField {
  #call: TracedCall;

  constructor(callback: Function, call: TracedCall) {
    super(callback);
    this.#call = call;
  }

  static read(callback: Function): TracedCall | undefined {
    return #call in callback ? callback.#call : undefined;
  }
}

/**
 * Wraps the callback of a call: `onResult` receives its arguments first, then it runs in the call's
 * request.
 */
export function wrapCallback(
  call: TracedCall,
  callback: Function,
  onResult: (call: TracedCall, args: ArrayLike<unknown>) => void,
): Function {
  const wrapper = bindToRequest(call.request, callback, (args) => onResult(call, args));
  new CallTag(wrapper, call);
  return wrapper;
}

/** Call of a callback that `wrapCallback` returned; undefined for any other value. */
export function callOfCallback(callback: unknown): TracedCall | undefined {
  return typeof callback === 'function' ? CallTag.read(callback) : undefined;
}

/** Runs `original` and returns its result; if it throws, the call ends with the error. */
export function runCall(
  call: TracedCall,
  original: Function,
  self: unknown,
  args: ArrayLike<unknown>,
): unknown {
  try {
    return Reflect.apply(original, self, args);
  } catch (error) {
    endCall(call, error ?? 'thrown');
    throw error;
  }
}

function publish(call: TracedCall): void {
  if (call.silent) return;
  const { instrument } = call;
  let instrumentChannel = channels.get(instrument);
  if (instrumentChannel === undefined) {
    instrumentChannel = channel(instrument.channel);
    channels.set(instrument, instrumentChannel);
  }
  instrumentChannel.publish(call);
}
