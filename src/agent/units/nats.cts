/** Units of NATS: messages that a subscription's callback is given, linked to the request that sent them. */

import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { state } from '../run-config.cjs';
import { wrapHandler } from './consumer.cjs';
import type { UnitLibrary } from './library.cjs';
import { messageKey, wrapProducer } from './message-key.cjs';

type Connection = { NatsConnectionImpl: { prototype: object } };
interface Message {
  subject: string;
  data: unknown;
}

export const nats: UnitLibrary = {
  library: 'nats',
  versions: '>=2.12 <4',
  runs: 'message',
  name: 'subject',
  files: {
    'nats/lib/nats-base-client/nats.js': patchConnection,
    '@nats-io/nats-core/lib/nats.js': patchConnection,
  },
};

function patchConnection({ NatsConnectionImpl: { prototype } }: Connection): void {
  replaceMethod(prototype, 'subscribe', wrapSubscribe, nats);
  const keyOf = ([subject, payload = '']: unknown[]) => messageKey('nats', subject, payload);
  replaceMethod(prototype, 'publish', (original) => wrapProducer(original, keyOf), nats);
}

/** The client's own subscription, for answers, is made in another way. */
function wrapSubscribe(original: Function): Function {
  return function subscribe(this: unknown, ...args: unknown[]) {
    const { 1: options } = args;
    const callback = (options as { callback?: unknown } | undefined)?.callback;
    if (state.recording === 'off' || typeof callback !== 'function')
      return Reflect.apply(original, this, args);
    const onMessage = wrapHandler(callback, ([, message]: [unknown, Message?]) => {
      const { subject, data } = message!;
      const cause = attempt(messageKey, 'nats', subject, data);
      return { kind: 'message', name: subject, ...(cause !== undefined && { cause }) } as const;
    });
    args[1] = { ...(options as object), callback: onMessage };
    return Reflect.apply(original, this, args);
  };
}
