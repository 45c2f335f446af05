/** A dev server that puts the app behind a socket: one trace, with the app's calls, and its id. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { scooby } from '../../scooby.js';
import { postgres } from '../../servers/index.js';
import { ROOT } from '../app.js';

const FIXTURE = readFileSync(join(ROOT, 'test/fixtures/processes/dev-server.cjs'), 'utf8');
const EXPRESS = join(ROOT, 'test/fixtures/node_modules/express');
const PATIENCE_MS = 240_000;

test('a request that is sent on to a child and to a thread of it is one trace', async (t) => {
  const { url: PG } = await postgres(t);
  const run = scooby(t, { files: { 'dev.cjs': FIXTURE }, command: ['dev.cjs'], env: { PG, EXPRESS } });
  // Until the last of its servers listens, and each process knows of them.
  let answered = '';
  const deadline = performance.now() + PATIENCE_MS;
  for (let n = 0; ; n++) {
    if (performance.now() > deadline) throw new Error('the app does not answer');
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { status, headers, body } = await run.ask(`/users/${n}`);
    if (status !== 200) continue;
    const trace = await run.trace(`/users/${n}`, (each) => each.state === 'done');
    if (trace.route === undefined || trace.id !== headers['x-scooby']) continue;
    answered = trace.url;
    t.match(trace, { method: 'GET', route: '/users/:id', params: { id: `${n}` }, status: 200 });
    t.same(
      trace.spans
        .filter(({ kind }) => kind === 'sql' || kind === 'http')
        .map(({ kind, site }) => [kind, site]),
      [['sql', 'dev.cjs:31']],
    );
    t.notMatch(body, /scooby-/, 'the app sees no header of the agent');
    break;
  }
  await run.stop();
  const all = await run.traces();
  t.equal(all.filter(({ url }) => url === answered).length, 1, 'it has no second trace');
});
