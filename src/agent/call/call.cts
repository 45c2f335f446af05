/** A call in flight: captures whose it is and where it was written, and publishes it on its instrument's channel. */

import { type Channel, channel } from 'node:diagnostics_channel';
import type { CallInfo, Instrument } from '../instruments/instrument.cjs';
import { errorText } from '../record/error-text.cjs';
import { applyInRequest, currentRequest, isRecording } from '../request/context.cjs';
import { PrivateField } from '../request/private-field.cjs';
import { now, type TracedRequest } from '../request/traced-request.cjs';
import { state } from '../run-config.cjs';
import { type CallSite, currentCallSite, takeCallSite } from './call-site.cjs';
import { captureStack } from './stack.cjs';

/** The message of a channel, published when the call begins, and when it is over (`ended`) or `withdrawn`. */
export class TracedCall {
  readonly instrument: Instrument;
  /** The request that made it; none for a call outside any. */
  readonly request: TracedRequest | undefined;
  readonly stack: number;
  readonly self: unknown;
  readonly args: ArrayLike<unknown>;
  /** performance.now() at the user's call, and when it was over; 0 while it is not. */
  began: number;
  ended = 0;
  /** ms that went by before it was sent, waiting for a connection. */
  wait = 0;
  rows: number | undefined;
  error: string | undefined;
  /** Set by record: its number, what it asked for, and whether it has been told while it ran. */
  n = 0;
  info: CallInfo | undefined;
  sentWhileRunning = false;
  /** It led to another call, and is not one of its own. */
  discarded = false;
  /** It is nobody's business: nothing is told of it. */
  silent = false;

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
  }
}

const channels = new Map<Instrument, Channel>();

/**
 * Answers a call begun now by the function that the user called (`cut`), or nothing where it is not recorded. One of a
 * request that is not recorded while another one is, is silent: a driver may go on with it in that other one's context,
 * which would seem to make all that follows.
 */
export function beginCall(
  instrument: Instrument,
  cut: (...args: never[]) => unknown,
  self: unknown,
  args: ArrayLike<unknown>,
): TracedCall | undefined {
  if (state.recording === 'off') return undefined;
  const request = currentRequest();
  if (request === undefined && state.recording !== 'all') return silentCall(instrument, self, args);
  const from = takeCallSite(request);
  const stack = captureStack(cut, instrument.depth, from ?? currentCallSite(request));
  const call = new TracedCall(instrument, request, stack, self, args);
  if (from !== undefined) {
    call.wait = call.began - from.began;
    call.began = from.began;
  }
  publish(call);
  return call;
}

function silentCall(instrument: Instrument, self: unknown, args: ArrayLike<unknown>): TracedCall | undefined {
  if (!isRecording()) return undefined;
  const call = new TracedCall(instrument, undefined, 0, self, args);
  call.silent = true;
  return call;
}

/** Begins a call that the app asked for at a call site. */
export function beginCallFrom(
  instrument: Instrument,
  site: CallSite,
  self: unknown,
  args: ArrayLike<unknown>,
): TracedCall {
  const call = new TracedCall(instrument, site.request, site.stack, self, args);
  if (site.silent) call.silent = true;
  publish(call);
  return call;
}

/**
 * The call is over: `error` is what the app is told, `rows` how many it got, `facts` what the answer adds to its detail.
 * Told before the app's own code goes on.
 */
export function endCall(
  call: TracedCall,
  error?: unknown,
  rows?: number,
  facts?: Record<string, unknown>,
): void {
  if (call.ended !== 0) return;
  call.ended = now();
  if (error !== undefined && error !== null) call.error = errorText(error);
  if (typeof rows === 'number') call.rows = rows;
  if (facts !== undefined && call.info !== undefined) Object.assign((call.info.detail ??= {}), facts);
  publish(call);
}

/** The call led to another one, and is not one of its own after all. */
export function discardCall(call: TracedCall): void {
  call.discarded = true;
  publish(call);
}

/**
 * Answers a callback for the driver that runs `fn` under the request; `before` is told its arguments first, to be read
 * by number, as iterating over them makes an object for each. It has neither `fn`'s name nor its length, which drivers
 * do not read and which cost more to give than all the rest.
 */
export function bindToRequest(
  request: TracedRequest | undefined,
  fn: Function,
  before?: (args: ArrayLike<unknown>) => void,
): Function {
  return function (this: unknown) {
    before?.(arguments);
    return applyInRequest(request, fn, this, arguments);
  };
}

/** Leaves its call on a callback. */
class Answer extends PrivateField {
  #call: TracedCall;

  constructor(callback: Function, call: TracedCall) {
    super(callback);
    this.#call = call;
  }

  static read(callback: Function): TracedCall | undefined {
    return #call in callback ? callback.#call : undefined;
  }
}

/** Answers the callback of a call: `over` is told its arguments first, and it runs under the request that made the call. */
export function wrapCallback(
  call: TracedCall,
  callback: Function,
  over: (call: TracedCall, args: ArrayLike<unknown>) => void,
): Function {
  const answer = bindToRequest(call.request, callback, (args) => over(call, args));
  new Answer(answer, call);
  return answer;
}

/** Answers the call that a callback answers. */
export function callOfCallback(callback: unknown): TracedCall | undefined {
  return typeof callback === 'function' ? Answer.read(callback) : undefined;
}

/** Answers what `original` answers; a call that it refuses by throwing is over. */
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
  let to = channels.get(instrument);
  if (to === undefined) {
    to = channel(instrument.channel);
    channels.set(instrument, to);
  }
  to.publish(call);
}
