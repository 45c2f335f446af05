/** Lines about ticks that a list leaves out. */

import { test } from 'tap';
import { countUnlisted, unlistedLines } from '../../../src/cli/print/unlisted.js';
import { plainStyle } from '../../../src/terminal/style.js';

test('ticks are counted up to a limit, and only where the list leaves them out', async (t) => {
  const asked: unknown[] = [];
  const store = {
    recent: async ({ query }: { query?: unknown }, limit: number) => {
      asked.push(query);
      return Array(limit).fill({});
    },
  };
  t.equal(await countUnlisted(store, {}), 1000);
  t.equal(
    await countUnlisted(store, { query: [[{ field: 'unit', op: ':', value: 'tick', not: false }]] }),
    0,
  );
  t.same(asked, [[[{ field: 'routine', op: ':', value: '', not: false }]]]);
});

test('the line of the footer', (t) => {
  const style = plainStyle;
  t.same(unlistedLines(0, { style }), []);
  t.same(unlistedLines(2, { style }), ['2 ticks are not listed: scooby list unit:tick']);
  t.same(unlistedLines(1000, { style }), ['more than 999 ticks are not listed: scooby list unit:tick']);
  t.end();
});
