import { test } from 'tap';
import { noteAnsweredError } from '../../../src/agent/errors/answered-error.cjs';
import type { TracedRequest } from '../../../src/agent/request/traced-request.cjs';

function isTold(json: unknown): boolean {
  const request = { answeredError: false } as TracedRequest;
  noteAnsweredError(request, json);
  return request.answeredError;
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
  for (const value of told) t.equal(isTold(JSON.stringify(value)), true, JSON.stringify(value));
  const silent = [{ ok: true }, { items: [], errors: [] }, { error: null, errors: {}, failed: 0 }];
  for (const value of silent) t.equal(isTold(JSON.stringify(value)), false, JSON.stringify(value));
  t.equal(isTold(undefined), false);
  t.equal(isTold(`${' '.repeat(70_000)}{"error":"far behind"}`), false, 'the beginning is looked at');
  t.end();
});
