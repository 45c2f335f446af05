/** Instrument of NATS: messages that are published, and requests with their answers, those of JetStream too. */

import { beginCall, endCall, runCall, type TracedCall } from '../call/call.cjs';
import { endWhenSettled } from '../call/settle.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { dataOf, isList, plainText } from '../record/app-values.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';
import { MESSAGE_KINDS, messageCallInfo, payloadBytes } from './shared/messages.cjs';

type Connection = { NatsConnectionImpl: { prototype: object } };

/** A request that is being sent: whether by the connection's own `publish`. */
interface Sending {
  isPublished: boolean;
}

const { then } = Promise.prototype;
let sending: Sending | undefined;

export const natsClient: Instrument = {
  library: 'nats',
  versions: '>=2.12 <4',
  kind: 'message',
  kinds: MESSAGE_KINDS,
  channel: 'scooby:nats',
  describe,
  depth: 8,
  files: {
    'nats/lib/nats-base-client/nats.js': patchConnection,
    // Since 3 a package of its own, below that of each transport.
    '@nats-io/nats-core/lib/nats.js': patchConnection,
  },
};

function patchConnection({ NatsConnectionImpl: { prototype } }: Connection): void {
  replaceMethod(prototype, 'publish', wrapPublish);
  for (const method of ['request', 'requestMany'])
    if (method in prototype) replaceMethod(prototype, method, wrapRequest);
}

/** A request is a remote call: another program answers it. */
function describe({ args: { 0: verb, 1: subject, 2: payload } }: TracedCall): CallInfo {
  const sent = payload === undefined ? 0 : payloadBytes(payload);
  const info = messageCallInfo(plainText(verb) ?? '', subject, {
    [verb === 'publish' ? 'bytes' : 'sent']: sent,
  });
  return verb === 'publish' ? info : { ...info, kind: 'rpc' };
}

function wrapPublish(original: Function): Function {
  return function publish(this: unknown, ...args: unknown[]) {
    if (sending !== undefined) sending.isPublished = true;
    const call =
      sending === undefined ? beginCall(natsClient, publish, this, ['publish', ...args]) : undefined;
    if (call === undefined) return Reflect.apply(original, this, args);
    const result = runCall(call, original, this, args);
    endCall(call);
    return result;
  };
}

/**
 * The promise of a request that was published has a handler of the library's: one of ours hides no
 * rejection. Any other may be one that the app has yet to handle.
 */
function wrapRequest(original: Function): Function {
  return function request(this: unknown, ...args: unknown[]) {
    const call = beginCall(natsClient, request, this, ['request', ...args]);
    const outer = sending;
    const own: Sending = { isPublished: false };
    sending = own;
    let result: unknown;
    try {
      result = call === undefined ? Reflect.apply(original, this, args) : runCall(call, original, this, args);
    } finally {
      sending = outer;
    }
    if (call === undefined) return result;
    if (!own.isPublished || original.name !== 'request' || !(result instanceof Promise))
      return endWhenSettled(call, result, end);
    Reflect.apply(then, result, [
      (answer: unknown) => end(call, undefined, answer),
      (error: unknown) => end(call, error ?? 'rejected', undefined),
    ]);
    return result;
  };
}

/** An answer's class has its bytes behind a getter, in `_msg`. */
function end(call: TracedCall, error: unknown, answer: unknown): void {
  const bytes = payloadBytes(dataOf(answer, '_rdata') ?? dataOf(answer, 'data'));
  endCall(
    call,
    error,
    isList(answer) ? answer.length : undefined,
    bytes === undefined ? undefined : { bytes },
  );
}
