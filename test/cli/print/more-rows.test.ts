import { test } from 'tap';
import { firstRows, moreLines } from '../../../src/cli/print/more-rows.js';
import { plainStyle } from '../../../src/terminal/style.js';

test('the rows up to the limit, and a line for those beyond it', (t) => {
  t.same(firstRows([1, 2, 3], 2), { rows: [1, 2], more: true });
  t.same(firstRows([1, 2], 2), { rows: [1, 2], more: false });
  t.same(moreLines(true, { style: plainStyle }), ['there are more: -n <count>']);
  t.same(moreLines(false, { style: plainStyle }), []);
  t.end();
});
