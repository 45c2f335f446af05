/** What is said of requests that runs have not kept. */

import { test } from 'tap';
import { lostByRun, remarkLosses } from '../../../src/cli/print/losses.js';

const losses = [
  { run: 3, requests: 1, reason: 'a \x1b[2J lock' },
  { run: 3, requests: 1200, reason: 'there is no room left on the disk' },
  { run: 2, requests: 4, reason: 'the database was damaged' },
];

/** What is said on stderr of a store whose newest run with requests has this number. */
async function said(newest: number, wanted?: number): Promise<string> {
  const { write } = process.stderr;
  let text = '';
  process.stderr.write = (part: unknown) => Boolean((text += part));
  const runs = async () => [{ number: newest, start: 0, command: '', requests: 1 }];
  try {
    await remarkLosses({ losses: async () => losses, runs }, wanted);
  } finally {
    process.stderr.write = write;
  }
  return text;
}

test('what the newest run has not kept is said, of others where they are asked for', async (t) => {
  t.equal(await said(4), '');
  t.match(await said(3), 'Run 3 did not keep 1 request: a \\x1b[2J lock.');
  t.match(await said(1), 'Run 3 did not keep 1,200 requests: there is no room left on the disk.');
  t.match(await said(4, 2), 'Run 2 did not keep 4 requests: the database was damaged.');
  t.same(
    [...(await lostByRun({ losses: async () => losses }))],
    [
      [3, 1201],
      [2, 4],
    ],
  );
});
