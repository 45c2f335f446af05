/** Keys of messages whose protocol gives them no number that producer and consumer share. */

import { attempt } from '../guard.cjs';
import { bytesIn } from '../record/app-values.cjs';
import { sendCause } from '../record/recorder.cjs';
import { currentRequest } from '../request/context.cjs';
import { state } from '../run-config.cjs';

// Bytes that are read of a payload: two that differ only behind them are taken for one.
const MAX_BYTES = 1024;

/** Key of a message by where it goes, and by its payload; undefined if that is neither text nor bytes. */
export function messageKey(protocol: string, to: unknown, payload: unknown): string | undefined {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : bytesIn(payload);
  if (bytes === undefined || typeof to !== 'string') return undefined;
  let hash = 0x811c9dc5;
  const end = Math.min(bytes.length, MAX_BYTES);
  for (let i = 0; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return `${protocol} ${to} ${bytes.length} ${(hash >>> 0).toString(36)}`;
}

/** Wraps a method that hands a message over: the current request is the cause of the unit with its key. */
export function wrapProducer(
  original: Function,
  keyOf: (args: unknown[], self: unknown) => string | undefined,
): Function {
  return function publish(this: unknown, ...args: unknown[]) {
    if (state.recording !== 'off') attempt(recordCause, keyOf, args, this);
    return Reflect.apply(original, this, args);
  };
}

function recordCause(
  keyOf: (args: unknown[], self: unknown) => string | undefined,
  args: unknown[],
  self: unknown,
): void {
  const request = currentRequest();
  const key = request === undefined ? undefined : keyOf(args, self);
  if (request !== undefined && key !== undefined) sendCause(key, request);
}
