/** Instrument of KafkaJS: what its producers send, in one call for all of its messages. */

import { beginCall, endCall, runCall, type TracedCall } from '../call/call.cjs';
import { wrapExported } from '../call/queued-work.cjs';
import { endWhenSettled } from '../call/settle.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { dataOf, isList, listOf, plainText } from '../record/app-values.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';
import { MESSAGE_KINDS, messageCallInfo, sumOfMessages } from './shared/messages.cjs';

const PRODUCER = 'kafkajs/src/producer/messageProducer.js';
const MAX_TOPICS = 100;

export const kafkaProducer: Instrument = {
  library: 'kafkajs',
  versions: '>=1.12 <3',
  kind: 'message',
  kinds: MESSAGE_KINDS,
  channel: 'scooby:kafkajs',
  describe,
  files: {
    [PRODUCER]: (createProducer: Function) =>
      wrapExported(createProducer, (create, self, args) => {
        const producer = Reflect.apply(create, self, args);
        for (const method of ['send', 'sendBatch']) replaceMethod(producer, method, wrapSend);
        return producer;
      }),
  },
  replaced: [PRODUCER],
};

function describe({ args: { 0: options } }: TracedCall): CallInfo {
  const batch = dataOf(options, 'topicMessages');
  if (!isList(batch)) {
    const sum = sumOfMessages(dataOf(options, 'messages'));
    return messageCallInfo('send', dataOf(options, 'topic'), sum);
  }
  const given = listOf(batch, MAX_TOPICS);
  const sums = given.map((each) => sumOfMessages(dataOf(each, 'messages')));
  const topics = [...new Set(given.map((each) => plainText(dataOf(each, 'topic')) ?? ''))];
  return messageCallInfo('send', topics.join(', '), {
    messages: sums.reduce((sum, { messages }) => sum + messages, 0),
    bytes: sums.reduce((sum, { bytes }) => sum + bytes, 0),
  });
}

function wrapSend(original: Function): Function {
  return function send(this: unknown, ...args: unknown[]) {
    const call = beginCall(kafkaProducer, send, this, [...args]);
    if (call === undefined) return Reflect.apply(original, this, args);
    return endWhenSettled(call, runCall(call, original, this, args), (ended, error) => endCall(ended, error));
  };
}
