/** Units of KafkaJS: messages and batches, linked to the request that sent them. */

import { wrapExported } from '../call/queued-work.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { runDetached } from '../request/unit.cjs';
import { state } from '../run-config.cjs';
import { wrapHandler, wrapHandOver } from './consumer.cjs';
import type { UnitLibrary } from './library.cjs';

interface MessagePayload {
  topic: string;
  partition: number;
  message: { offset: string };
}
interface BatchPayload {
  batch: { topic: string; partition: number; messages: { offset: string }[] };
}
interface Sent {
  topicName: string;
  partition: number;
  baseOffset?: string;
}
interface SendOptions {
  topicMessages?: { topic: string; messages: unknown[] }[];
}

/** Messages of one call that are remembered. */
const MAX_KEYS = 100;
const CONSUMER = 'kafkajs/src/consumer/index.js';
const PRODUCER = 'kafkajs/src/producer/sendMessages.js';

export const kafkajs: UnitLibrary = {
  library: 'kafkajs',
  versions: '>=1.12 <3',
  runs: 'message',
  name: 'topic',
  files: {
    [CONSUMER]: (createConsumer: Function) =>
      wrapExported(createConsumer, (create, self, args) => {
        const consumer = Reflect.apply(create, self, args);
        replaceMethod(consumer, 'run', wrapRun);
        return consumer;
      }),
    [PRODUCER]: (createSender: Function) =>
      wrapExported(createSender, (create, self, args) =>
        wrapHandOver(Reflect.apply(create, self, args), (sent: Sent[], [options]: [SendOptions?]) =>
          sent.flatMap((each) => keysOfSent(each, options)),
        ),
      ),
  },
  replaced: [CONSUMER, PRODUCER],
};

function wrapRun(original: Function): Function {
  return function run(this: unknown, options: Record<string, unknown> = {}, ...rest: unknown[]) {
    if (state.recording === 'off') return Reflect.apply(original, this, arguments);
    const { eachMessage, eachBatch } = options;
    const given = {
      ...options,
      ...(typeof eachMessage === 'function' && {
        eachMessage: wrapHandler(eachMessage, ([payload]: [MessagePayload]) => infoOfMessage(payload), {
          settles: true,
        }),
      }),
      ...(typeof eachBatch === 'function' && {
        eachBatch: wrapHandler(eachBatch, ([payload]: [BatchPayload]) => infoOfBatch(payload), {
          settles: true,
        }),
      }),
    };
    return runDetached(original, this, [given, ...rest]);
  };
}

function infoOfMessage({ topic, partition, message: { offset } }: MessagePayload) {
  const cause = keyOf(topic, partition, offset);
  return { kind: 'message', name: topic, params: { partition, offset }, cause } as const;
}

function infoOfBatch({ batch: { topic, partition, messages } }: BatchPayload) {
  const first = messages[0]?.offset;
  return {
    kind: 'message',
    name: topic,
    params: { partition, messages: messages.length },
    ...(first !== undefined && { cause: keyOf(topic, partition, first) }),
  } as const;
}

/** Of messages for several partitions only the first of each is known. */
function keysOfSent({ topicName, partition, baseOffset }: Sent, options: SendOptions = {}): string[] {
  if (baseOffset === undefined) return [];
  const { messages = [] } = options.topicMessages?.find(({ topic }) => topic === topicName) ?? {};
  const first = BigInt(baseOffset);
  return Array.from({ length: Math.min(Math.max(messages.length, 1), MAX_KEYS) }, (_, n) =>
    keyOf(topicName, partition, `${first + BigInt(n)}`),
  );
}

function keyOf(topic: string, partition: number, offset: string): string {
  return `kafka ${topic} ${partition} ${offset}`;
}
