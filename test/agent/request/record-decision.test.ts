import type { IncomingMessage } from 'node:http';
import { test } from 'tap';
import { decideRequest } from '../../../src/agent/request/record-decision.cjs';
import { parentHeaderValue } from '../../../src/agent/request/trace-headers.cjs';
import { state } from '../../../src/agent/run-config.cjs';
import type { Recording } from '../../../src/domain/link.js';
import { RecordPolicy, type RecordRules } from '../../../src/domain/record-rules.cjs';

const ID = '0b7ee026-a74d-4916-856b-afbd789f706a';

function messageOf(url: string, ...rawHeaders: string[]): IncomingMessage {
  const headers: Record<string, string> = {};
  for (let i = 0; i < rawHeaders.length; i += 2) headers[rawHeaders[i]!.toLowerCase()] = rawHeaders[i + 1]!;
  return { method: 'GET', url, headers, rawHeaders } as IncomingMessage;
}

function set(recording: Recording, rules: RecordRules = {}): void {
  Object.assign(state, { recording, policy: new RecordPolicy(rules), leftOutAt: 0 });
}

test('what the proxy says goes over the rules, and is taken out', (t) => {
  set('all', { exclude: ['/a'] });
  const message = messageOf('/a', 'X-Scooby', ID, 'X-Scooby-Secret', 's', 'X-Scooby-Record', 'calls');
  t.same(decideRequest(message, 's'), { id: ID, parent: undefined, withCalls: true });
  t.same(message.rawHeaders, ['X-Scooby', ID]);
  const left = messageOf('/b', 'X-Scooby', ID, 'X-Scooby-Record', '0');
  t.equal(decideRequest(left, 's'), undefined);
  t.same(left.rawHeaders, ['X-Scooby', ID]);
  t.ok(state.leftOutAt > 0, 'its calls are not those of no request');
  t.end();
});

test('a client cannot pretend to be the proxy; its mark counts', (t) => {
  set('marked');
  t.equal(decideRequest(messageOf('/', 'X-Scooby-Secret', 'guessed', 'X-Scooby', ID), 's'), undefined);
  t.same(decideRequest(messageOf('/', 'x-scooby-record', '1'), 's'), {
    id: undefined,
    parent: undefined,
    withCalls: false,
  });
  t.same(decideRequest(messageOf('/a.js?__scooby=1'), 's')?.withCalls, false);
  t.same(decideRequest(messageOf('/', 'Cookie', 'scooby=1'), 's')?.withCalls, false);
  t.equal(decideRequest(messageOf('/', 'X-Scooby-Record', 'calls'), 's'), undefined);
  t.equal(state.leftOutAt, 0);
  t.end();
});

test('the rules decide on the others, but for calls of recorded requests', (t) => {
  set('all', { exclude: ['/not'] });
  t.equal(decideRequest(messageOf('/not?a'), 's'), undefined);
  t.equal(decideRequest(messageOf('/a.css'), 's')?.withCalls, true);
  t.equal(decideRequest(messageOf('/', 'Sec-WebSocket-Protocol', 'vite-hmr'), 's')?.withCalls, true);
  const child = messageOf('/not', 'X-Scooby-Parent', parentHeaderValue(ID, 's'));
  t.same(decideRequest(child, 's'), { id: undefined, parent: ID, withCalls: false });
  set('off');
  t.end();
});
