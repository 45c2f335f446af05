import type { IncomingMessage } from 'node:http';
import { test } from 'tap';
import { decideRequest } from '../../../src/agent/request/record-decision.cjs';
import { parentHeaderValue } from '../../../src/agent/request/trace-headers.cjs';
import { state } from '../../../src/agent/run-config.cjs';
import type { Recording } from '../../../src/domain/link.js';
import { RecordPolicy, type RecordRules } from '../../../src/domain/record-rules.cjs';

const ID = '0b7ee026-a74d-4916-856b-afbd789f706a';

const RUN = { secret: 's', parentKey: 'k' };

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
  t.same(decideRequest(message, RUN), { id: ID, parent: undefined, withCalls: true });
  t.same(message.rawHeaders, ['X-Scooby', ID]);
  const left = messageOf('/b', 'X-Scooby', ID, 'X-Scooby-Record', '0');
  t.equal(decideRequest(left, RUN), undefined);
  t.same(left.rawHeaders, ['X-Scooby', ID]);
  t.ok(state.leftOutAt > 0, 'its calls are not those of no request');
  t.end();
});

test('a client cannot pretend to be the proxy; its mark counts', (t) => {
  set('marked');
  t.equal(decideRequest(messageOf('/', 'X-Scooby-Secret', 'guessed', 'X-Scooby', ID), RUN), undefined);
  t.same(decideRequest(messageOf('/', 'x-scooby-record', '1'), RUN), {
    id: undefined,
    parent: undefined,
    withCalls: false,
  });
  t.same(decideRequest(messageOf('/a.js?__scooby=1'), RUN)?.withCalls, false);
  t.same(decideRequest(messageOf('/', 'Cookie', 'scooby=1'), RUN)?.withCalls, false);
  t.equal(decideRequest(messageOf('/', 'X-Scooby-Record', 'calls'), RUN), undefined);
  t.equal(state.leftOutAt, 0);
  t.end();
});

test('the rules decide on the others, but for calls of recorded requests', (t) => {
  set('all', { exclude: ['/not'] });
  t.equal(decideRequest(messageOf('/not?a'), RUN), undefined);
  t.equal(decideRequest(messageOf('/a.css'), RUN)?.withCalls, true);
  t.equal(decideRequest(messageOf('/', 'Sec-WebSocket-Protocol', 'vite-hmr'), RUN)?.withCalls, true);
  const child = messageOf('/not', 'X-Scooby-Parent', parentHeaderValue(ID, 'k'));
  t.same(decideRequest(child, RUN), { id: undefined, parent: ID, withCalls: false });
  const stranger = messageOf('/not', 'X-Scooby-Parent', parentHeaderValue(ID, 's'));
  t.equal(decideRequest(stranger, RUN), undefined, 'of a run with another key');
  set('off');
  t.end();
});
