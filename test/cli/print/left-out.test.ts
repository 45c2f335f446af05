/** Lines about ticks that a list leaves out. */

import { test } from 'tap';
import { countLeftOut, leftOutLines } from '../../../src/cli/print/left-out.js';
import { plainStyle } from '../../../src/terminal/style.js';

test('ticks are counted up to a limit, and only where the list leaves them out', async (t) => {
  const asked: unknown[] = [];
  const store = {
    recent: async ({ query }: { query?: unknown }, limit: number) => {
      asked.push(query);
      return Array(limit).fill({});
    },
  };
  t.equal(await countLeftOut(store, []), 1000);
  t.equal(await countLeftOut(store, [[{ field: 'unit', op: ':', value: 'tick', not: false }]]), 0);
  t.same(asked, [[[{ field: 'routine', op: ':', value: '', not: false }]]]);
});

test('the line of the footer', (t) => {
  const style = plainStyle;
  t.same(leftOutLines(0, { style }), []);
  t.same(leftOutLines(2, { style }), ['2 ticks are left out: scooby list unit:tick']);
  t.same(leftOutLines(1000, { style }), ['more than 999 ticks are left out: scooby list unit:tick']);
  t.end();
});
