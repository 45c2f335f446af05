import { type Test, test } from 'tap';
import { noteAnsweredError } from '../../../src/agent/errors/answered-error.cjs';
import type { TracedRequest } from '../../../src/agent/request/traced-request.cjs';

function isTold(t: Test, json: unknown): boolean {
  const request = { answeredError: 0, hasFailedCall: true } as TracedRequest;
  noteAnsweredError(request, json);
  t.equal(request.hasFailedCall, request.answeredError === 0, 'what has been told is not looked for again');
  return request.answeredError > 0;
}

test('JSON that tells of an error, and JSON that does not', (t) => {
  const told = [
    { error: 'could not read' },
    { items: [], errors: ['boom'] },
    { data: null, meta: { loadErrors: [{ id: 3, reason: 'gone' }] } },
    [{ rows: 3 }, { error: 'timed out' }],
    { ok: false, message: 'later' },
    { db: 'up', search: 'down' },
    { items: [], failed: ['b'] },
  ];
  for (const value of told) t.equal(isTold(t, JSON.stringify(value)), true, JSON.stringify(value));
  const silent = [{ ok: true }, { items: [], errors: [] }, { error: null, errors: {}, failed: 0 }];
  for (const value of silent) t.equal(isTold(t, JSON.stringify(value)), false, JSON.stringify(value));
  t.equal(isTold(t, undefined), false);
  t.equal(isTold(t, `${' '.repeat(70_000)}{"error":"far behind"}`), false, 'the beginning is looked at');
  t.end();
});
