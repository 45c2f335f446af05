/** `scooby on`, `scooby off` and `scooby mark` on a run that goes on, and without any. */

import { test } from 'tap';
import { scooby } from '../../scooby.js';

const APP = `require('node:http').createServer((req, res) => res.end('ok')).listen(0);`;

test('the run is switched, and it is said how to go back', async (t) => {
  const run = scooby(t, { command: ['app.cjs'], files: { 'app.cjs': APP } });
  const url = await run.url();
  const app = `${url} (${process.execPath} app.cjs)`;
  const marks = 'Marks:  header X-Scooby-Record: 1, cookie scooby=1, or ?__scooby=1';
  const lines = (...words: string[]) => {
    const { code, stdout, stderr } = run.cli(...words);
    t.equal(code, 0, stderr);
    return stdout.trimEnd().split('\n');
  };
  t.same(lines('mark'), [
    `Only marked requests are recorded from now on:  ${app}`,
    marks,
    'Back:   scooby on',
  ]);
  await run.ask('/unmarked');
  await run.ask('/marked', { headers: { Cookie: 'scooby=1' } });
  t.same(lines('mark'), [`Only marked requests are recorded, as before:  ${app}`, marks]);
  t.same(lines('off', `${run.child.pid}`), [
    `No request is recorded from now on:  ${app}`,
    'Back:   scooby mark',
  ]);
  await run.ask('/while-off', { headers: { Cookie: 'scooby=1' } });
  t.match(run.cli('status').stdout, /off +1 +2 +\S*node app\.cjs\n2 requests left out: 1 without a mark/);
  t.same(lines('on'), [`Every request is recorded from now on:  ${app}`, 'Back:   scooby off']);
  await run.ask('/again');
  await run.trace('/again');
  await run.stop();
  t.same(
    (await run.traces()).map((trace) => trace.url),
    ['/marked', '/again'],
  );
  t.match(run.stderr, /only requests with X-Scooby-Record: 1 are recorded from now on/);
  const { code, stderr } = run.cli('on');
  t.equal(code, 1);
  t.match(stderr, 'Nothing runs under scooby in this project. Start an app:  scooby run -- <command>');
  t.match(run.cli('off', '1'), { code: 1, stderr: /No run has the pid 1\. See what runs: {2}scooby status/ });
});
