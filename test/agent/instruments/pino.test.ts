/** Log lines of pino have the fields that serializers and redaction of the app left. */

import { join } from 'node:path';
import { test } from 'tap';
import { ask, ROOT, runRecorded } from '../app.js';

test('fields are recorded as the app writes them', async (t) => {
  const { traces } = await runRecorded([join(ROOT, 'test/fixtures/logs/pino.cjs')], {
    drive: (url) => ask(`${url}/x`),
  });
  const { spans } = traces[0]!;
  t.same(
    spans.map(({ name, detail }) => [detail?.level, name]),
    [
      ['info', 'incoming request {"reqId":"req-1","req":{"method":"GET","url":"/x"}}'],
      ['warn', 'paid {"reqId":"req-1","card":"[Redacted]","password":"REDACTED"}'],
      ['error', spans[2]?.name],
      ['info', 'plain text {"reqId":"req-1"}'],
    ],
  );
  t.match(
    spans[2]?.name,
    /^too far {"reqId":"req-1","err":{"type":"RangeError","message":"too far","stack":"RangeError: too far\\n/,
  );
});
