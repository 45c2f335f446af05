/** Figures of a comparison. */

import { test } from 'tap';
import { diffFigures } from '../../../../src/web/page/parts/diff-figures.js';
import { traceAt } from '../../../tui/fake.js';

test('time, its parts and the calls by kind, with what changed', (t) => {
  const rows = diffFigures(traceAt(1), traceAt(0)).map(({ name, unit, change }) => [
    name,
    unit,
    Math.round(change),
  ]);
  t.same(rows[0], ['time', 'ms', -607]);
  t.same(
    rows.filter(([, unit]) => unit === 'count'),
    [
      ['cache calls', 'count', 0],
      ['queries', 'count', -47],
      ['log lines', 'count', -1],
    ],
  );
  t.end();
});
