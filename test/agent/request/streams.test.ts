/** Streams of messages: events without a listener, which enter no context. */

import { EventEmitter } from 'node:events';
import { test } from 'tap';
import { bindMessage } from '../../../src/agent/request/streams.cjs';
import { TracedRequest } from '../../../src/agent/request/traced-request.cjs';

/** A message of that class, bound to a request. */
function bound<T extends EventEmitter>(message: T): T {
  bindMessage(message, new TracedRequest({ id: 'a', url: '/' }));
  return message;
}

test('an event without a listener is answered as Node answers it', (t) => {
  class Message extends EventEmitter {}
  const message = bound(new Message());
  t.equal(message.emit('close'), false);
  message.on('close', () => {});
  t.equal(message.emit('close'), true);
  t.throws(() => message.emit('error', new Error('unheard')), { message: 'unheard' });
  t.end();
});

test("a class's own emit hears of events without a listener", (t) => {
  const heard: string[] = [];
  class Own extends EventEmitter {
    override emit(type: string, ...args: unknown[]): boolean {
      heard.push(type);
      return super.emit(type, ...args);
    }
  }
  t.equal(bound(new Own()).emit('close'), false);
  t.same(heard, ['close']);
  t.end();
});
