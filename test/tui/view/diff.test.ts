/** The comparison of two requests in the terminal. */

import { test } from 'tap';
import { lineText } from '../../../src/terminal/cells.js';
import { diffLines } from '../../../src/tui/view/diff.js';
import { aSpan, aTrace } from '../../factory.js';

const asking = (id: string, count: number) =>
  aTrace({
    ...{ id, totals: { sql: { count, ms: 0 } } },
    spans: Array.from({ length: count }, () => aSpan({ duration: 0.01 })),
  });

test('numbers of calls are whole, however large', (t) => {
  const rows = diffLines(asking('a', 10_000), asking('b', 12_345)).map(lineText);
  t.match(
    rows.find((row) => row.startsWith(' sql  ')),
    / 10,000 +12,345 {2}\+2,345/,
  );
  t.match(rows.at(-1), /10,000 → 12,345 {2}/);
  t.end();
});
