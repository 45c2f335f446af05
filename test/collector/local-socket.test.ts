import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'tap';
import { isToken, listenAtPath } from '../../src/collector/local-socket.js';

test('only the same string is the token', (t) => {
  t.equal(isToken('secret', 'secret'), true);
  t.same(
    ['Secret', 'secre', 'secrets', '', undefined, null, { length: 6 }, ['x']].map((value) =>
      isToken(value, 'secret'),
    ),
    Array(8).fill(false),
  );
  t.end();
});

test('a server listens at its path, or the promise rejects with the reason', async (t) => {
  // A socket's path has 107 characters at most.
  const folder = mkdtempSync('/tmp/scooby-test-socket-');
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'link');
  const first = createServer();
  t.teardown(() => first.close());
  await listenAtPath(first, path);
  t.equal(first.address(), path);
  await t.rejects(listenAtPath(createServer(), path), { code: 'EADDRINUSE' });
});
