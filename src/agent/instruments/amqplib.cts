/** Instrument of amqplib: what is published; on a confirm channel until the broker has confirmed it. */

import { beginCall, endCall, runCall, type TracedCall, wrapCallback } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { plainText } from '../record/app-values.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';
import { MESSAGE_KINDS, messageCallInfo, payloadBytes } from './shared/messages.cjs';

interface Channels {
  Channel: { prototype: object };
  ConfirmChannel: { prototype: object };
}

// `publish(exchange, routingKey, content, options, callback)`
const CALLBACK = 4;
/** True while a confirm channel calls the method of a plain one. */
let isInside = false;

export const amqpChannel: Instrument = {
  library: 'amqplib',
  versions: '>=0.5 <3',
  kind: 'message',
  kinds: MESSAGE_KINDS,
  channel: 'scooby:amqplib',
  describe,
  files: { 'amqplib/lib/channel_model.js': patchChannels, 'amqplib/lib/callback_model.js': patchChannels },
};

function patchChannels({ Channel, ConfirmChannel }: Channels): void {
  for (const { prototype } of [Channel, ConfirmChannel]) replaceMethod(prototype, 'publish', wrapPublish);
}

/** `publish orders`: the queue, or the exchange and its routing key. */
function describe({ args: { 0: exchange, 1: key, 2: content } }: TracedCall): CallInfo {
  const [to = '', routingKey = ''] = [plainText(exchange), plainText(key)];
  const name = to === '' ? routingKey : `${to} ${routingKey}`;
  return messageCallInfo('publish', name.trim(), { bytes: payloadBytes(content) });
}

function wrapPublish(original: Function): Function {
  return function publish(this: unknown, ...args: unknown[]) {
    const call = isInside ? undefined : beginCall(amqpChannel, publish, this, args.slice(0, CALLBACK));
    if (call === undefined) return Reflect.apply(original, this, args);
    const { [CALLBACK]: callback } = args;
    if (typeof callback === 'function')
      args[CALLBACK] = wrapCallback(call, callback, (ended, { 0: error }) => endCall(ended, error));
    isInside = true;
    let result: unknown;
    try {
      result = runCall(call, original, this, args);
    } finally {
      isInside = false;
    }
    if (typeof callback !== 'function') endCall(call);
    return result;
  };
}
