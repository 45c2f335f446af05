import type { IncomingMessage } from 'node:http';
import { test } from 'tap';
import { encodeOpen } from '../../../src/agent/record/encode-open.cjs';
import { TracedRequest } from '../../../src/agent/request/traced-request.cjs';

function open(url: unknown, rawHeaders: unknown): object {
  const message = { method: 'GET', url, rawHeaders } as IncomingMessage;
  const { at, ...rest } = JSON.parse(encodeOpen(new TracedRequest({ id: 'id', message })));
  return { at: typeof at, ...rest };
}

test('URL and headers are those of this request, without their secrets, also when they recur', (t) => {
  const expected = (url: string, headers: [string, string][]) => ({
    at: 'number',
    t: 'open',
    id: 'id',
    method: 'GET',
    url,
    headers,
  });
  for (let round = 0; round < 3; round++) {
    t.same(
      open('/a?token=x&q="', [
        'Host',
        'one',
        'Authorization',
        'Bearer abc',
        'X-Scooby-Secret',
        's',
        'X-Q',
        '"',
      ]),
      expected('/a?token=REDACTED&q="', [
        ['Host', 'one'],
        ['Authorization', 'REDACTED'],
        ['X-Q', '"'],
      ]),
    );
    t.same(
      open('/b', ['host', 'one', 'Host', 'two', 'Host', 'one']),
      expected('/b', [
        ['host', 'one'],
        ['Host', 'two'],
        ['Host', 'one'],
      ]),
    );
    t.same(
      open(`/${'c'.repeat(2000)}`, ['Host', 'three'.repeat(1000)]),
      expected(`/${'c'.repeat(2000)}`, [['Host', 'three'.repeat(1000)]]),
    );
    t.same(open('/a', undefined), expected('/a', []));
  }
  t.end();
});

test('values that no message of Node has do not end the line', (t) => {
  t.same(open(undefined, ['Host', undefined, 7, 'x']), {
    at: 'number',
    t: 'open',
    id: 'id',
    method: 'GET',
    url: '',
    headers: [],
  });
  t.end();
});
