/** Units of amqplib: messages, linked to the request that published them by their id, or by what they say. */

import { replaceMethod } from '../call/wrap.cjs';
import { dataOf, plainText } from '../record/app-values.cjs';
import { runDetached } from '../request/unit.cjs';
import { state } from '../run-config.cjs';
import { wrapHandler } from './consumer.cjs';
import type { UnitLibrary } from './library.cjs';
import { messageKey, wrapProducer } from './message-key.cjs';

interface Message {
  fields: { exchange?: string; routingKey?: string };
  properties: { messageId?: unknown };
  content: unknown;
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
  replaceMethod(Channel.prototype, 'publish', (original) => wrapProducer(original, keyOfPublished), amqplib);
}

/** `null` in place of a message tells that the consumer was cancelled. */
function wrapConsume(original: Function): Function {
  return function consume(this: unknown, queue: string, callback: unknown, ...rest: unknown[]) {
    if (state.recording === 'off' || typeof callback !== 'function')
      return Reflect.apply(original, this, arguments);
    const onMessage = wrapHandler(callback, ([message]: [Message]) => {
      const { fields, properties, content } = message;
      const { exchange, routingKey } = fields;
      const cause = keyOf(properties.messageId, exchange, routingKey, content);
      return {
        kind: 'message',
        name: queue || routingKey || 'amqp',
        ...(routingKey !== queue && { params: { routingKey } }),
        ...(cause !== undefined && { cause }),
      };
    });
    return runDetached(original, this, [queue, onMessage, ...rest]);
  };
}

function keyOfPublished([exchange, routingKey, content, options]: unknown[]): string | undefined {
  return keyOf(dataOf(options, 'messageId'), exchange, routingKey, content);
}

function keyOf(
  messageId: unknown,
  exchange: unknown,
  routingKey: unknown,
  content: unknown,
): string | undefined {
  const id = plainText(messageId);
  if (id !== undefined) return `amqp ${id}`;
  return messageKey('amqp', `${plainText(exchange) ?? ''} ${plainText(routingKey) ?? ''}`, content);
}
