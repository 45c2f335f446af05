/** Instrument of the app's own spans: `scooby.span(…)`, and the channels `scooby:span`. */

import { beginCall, beginCallFrom, endCall, type TracedCall } from '../call/call.cjs';
import { captureCallSite } from '../call/call-site.cjs';
import { endWhenSettled } from '../call/settle.cjs';
import { dataOf, plainText } from '../record/app-values.cjs';
import { serialize } from '../record/serialize.cjs';
import { now } from '../request/traced-request.cjs';
import type { CallArguments, CallInfo, Instrument } from './instrument.cjs';

type Cut = (...args: never[]) => unknown;

const MAX_NAME = 1000;
const KIND = /^[a-z][a-z0-9_-]{0,30}$/i;
// Kinds that stand for something else than a call of the app's.
const RESERVED = new Set(['log', 'cpu', 'block']);
/** Epoch ms are above it; `performance.now()` comes to that after 30 years. */
const FIRST_EPOCH_MS = 1e12;

export const scoobySpan: Instrument = {
  library: 'scooby.span',
  versions: '*',
  kind: 'span',
  channel: 'scooby:spans',
  describe,
  files: {},
  channels: {
    /** `scooby.span`: the API publishes its call, and runs the app's function by what is set here. */
    'scooby:span:run': function onRun(message: { by: Cut; run?: unknown }) {
      const call = beginCall(scoobySpan, message.by, message, []);
      if (call !== undefined) message.run = (fn: () => unknown) => runSpan(call, fn);
    },
    /** A span that is over: `{name, kind?, detail?, start?, end? or duration?, error?}`, times in ms. */
    'scooby:span': recordSpan,
    'tracing:scooby:span:start': function onStart(context: object) {
      const call = beginCall(scoobySpan, onStart, context, []);
      if (call !== undefined) running.set(context, call);
    },
    'tracing:scooby:span:error': (context: object) => end(context, dataOf(context, 'error') ?? 'failed'),
    'tracing:scooby:span:end': (context: object) => {
      // Without either, a promise or a callback is still to come.
      if (Object.hasOwn(context, 'result') || Object.hasOwn(context, 'error')) end(context);
    },
    'tracing:scooby:span:asyncStart': (context: object) => end(context),
    'tracing:scooby:span:asyncEnd': (context: object) => end(context),
  },
};

/** Calls by the context object of the app's TracingChannel. */
const running = new WeakMap<object, TracedCall>();

function end(context: object, error?: unknown): void {
  const call = running.get(context);
  if (call !== undefined) endCall(call, error);
}

function describe({ self: message }: CallArguments): CallInfo {
  const options = dataOf(message, 'options') ?? message;
  const name = plainText(dataOf(message, 'name')) ?? 'span';
  const kind = dataOf(options, 'kind');
  const detail = dataOf(options, 'detail');
  const shape = plainText(dataOf(options, 'shape'));
  const info: CallInfo = { name: name.slice(0, MAX_NAME) };
  if (typeof kind === 'string' && KIND.test(kind) && !RESERVED.has(kind.toLowerCase()))
    info.kind = kind.toLowerCase();
  if (detail !== undefined && detail !== null) {
    const copy = serialize(detail);
    info.detail =
      typeof copy === 'object' && copy !== null && !Array.isArray(copy)
        ? (copy as Record<string, unknown>)
        : { value: copy };
  }
  // What it is without its values: calls of a loop are alike in it.
  if (shape !== undefined) (info.detail ??= {}).shape = shape.slice(0, MAX_NAME);
  return info;
}

function recordSpan(message: unknown): void {
  const site = captureCallSite(recordSpan);
  if (site === undefined) return;
  const [start, until, lasted] = ['start', 'end', 'duration'].map((key) => numberOf(dataOf(message, key)));
  const ended =
    until !== undefined
      ? monotonic(until)
      : start !== undefined && lasted !== undefined
        ? monotonic(start) + lasted
        : now();
  const call = beginCallFrom(scoobySpan, site, message, []);
  call.began = Math.min(ended, start !== undefined ? monotonic(start) : ended - (lasted ?? 0));
  endCall(call, dataOf(message, 'error'), undefined, undefined, ended);
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** An instant of the app's, by Date.now() or by performance.now(), in ms of the latter. */
function monotonic(at: number): number {
  return at >= FIRST_EPOCH_MS ? at - performance.timeOrigin : at;
}

/** Runs the app's function as a span, and returns what it returns. */
function runSpan(call: TracedCall, fn: () => unknown): unknown {
  let result: unknown;
  try {
    result = fn();
  } catch (error) {
    endCall(call, error ?? 'thrown');
    throw error;
  }
  return endWhenSettled(call, result, (ended, error) => endCall(ended, error));
}
