/** Spans of time at the edges of pictures. */

import { test } from 'tap';
import { timeSpanText } from '../../../../src/web/page/parts/span-text.js';

test('one unit', (t) => {
  t.same([0, 999, 12_000, 3_600_000].map(timeSpanText), ['0s', '0s', '12s', '1h']);
  t.end();
});
