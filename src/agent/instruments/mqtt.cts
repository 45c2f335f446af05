/** Instrument of MQTT.js: what is published; it ends when the broker has acknowledged it. */

import { beginCall, endCall, runCall, type TracedCall, wrapCallback } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { dataOf } from '../record/app-values.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';
import { MESSAGE_KINDS, messageCallInfo, payloadBytes } from './shared/messages.cjs';

type Class = { prototype: object };

export const mqttClient: Instrument = {
  library: 'mqtt',
  versions: '>=4 <6',
  kind: 'message',
  kinds: MESSAGE_KINDS,
  channel: 'scooby:mqtt',
  describe,
  files: {
    'mqtt/build/lib/client.js': ({ default: Client }: { default: Class }) => patchClient(Client),
    'mqtt/lib/client.js': patchClient,
  },
};

function patchClient({ prototype }: Class): void {
  replaceMethod(prototype, 'publish', wrapPublish);
}

function describe({ args: { 0: topic, 1: payload, 2: options } }: TracedCall): CallInfo {
  const qos = dataOf(options, 'qos');
  return messageCallInfo('publish', topic, {
    bytes: payloadBytes(payload),
    ...(typeof qos === 'number' && { qos }),
    ...(dataOf(options, 'retain') === true && { retain: true }),
  });
}

/** Without a callback nothing is known of its end: with one of ours the client would emit no error. */
function wrapPublish(original: Function): Function {
  return function publish(this: unknown, ...args: unknown[]) {
    const call = beginCall(mqttClient, publish, this, args.slice(0, 3));
    if (call === undefined) return Reflect.apply(original, this, args);
    const at = args.findIndex((arg, i) => i > 1 && typeof arg === 'function');
    if (at > 0)
      args[at] = wrapCallback(call, args[at] as Function, (ended, { 0: error }) => endCall(ended, error));
    const result = runCall(call, original, this, args);
    if (at < 0) endCall(call);
    return result;
  };
}
