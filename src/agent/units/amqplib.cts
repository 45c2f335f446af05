/** Units of amqplib: messages, linked to the request that published them where they have an id. */

import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { sendCause } from '../record/recorder.cjs';
import { currentRequest } from '../request/context.cjs';
import { runDetached } from '../request/unit.cjs';
import { state } from '../run-config.cjs';
import { wrapHandler } from './consumer.cjs';
import type { UnitLibrary } from './library.cjs';

interface Message {
  fields: { routingKey?: string };
  properties: { messageId?: unknown };
}
interface Channel {
  prototype: object;
}

export const amqplib: UnitLibrary = {
  library: 'amqplib',
  versions: '>=0.5 <3',
  runs: 'message',
  name: 'queue',
  files: { 'amqplib/lib/channel_model.js': patchChannel, 'amqplib/lib/callback_model.js': patchChannel },
};

function patchChannel({ Channel }: { Channel: Channel }): void {
  replaceMethod(Channel.prototype, 'consume', wrapConsume);
  replaceMethod(Channel.prototype, 'publish', wrapPublish);
}

/** `null` in place of a message tells that the consumer was cancelled. */
function wrapConsume(original: Function): Function {
  return function consume(this: unknown, queue: string, callback: unknown, ...rest: unknown[]) {
    if (state.recording === 'off' || typeof callback !== 'function')
      return Reflect.apply(original, this, arguments);
    const onMessage = wrapHandler(callback, ([message]: [Message]) => {
      const { fields, properties } = message;
      const { messageId } = properties;
      const { routingKey } = fields;
      return {
        kind: 'message',
        name: queue || routingKey || 'amqp',
        ...(routingKey !== queue && { params: { routingKey } }),
        ...(messageId !== undefined && { cause: keyOf(messageId) }),
      };
    });
    return runDetached(original, this, [queue, onMessage, ...rest]);
  };
}

function wrapPublish(original: Function): Function {
  return function publish(this: unknown, ...args: unknown[]) {
    if (state.recording !== 'off') attempt(recordCause, args[3]);
    return Reflect.apply(original, this, args);
  };
}

function recordCause(options: unknown): void {
  const { messageId } = (options ?? {}) as { messageId?: unknown };
  const request = currentRequest();
  if (messageId !== undefined && request !== undefined) sendCause(keyOf(messageId), request);
}

function keyOf(messageId: unknown): string {
  return `amqp ${messageId}`;
}
