/** Ticks that lists leave out. */

import { test } from 'tap';
import { parseFilter } from '../../src/domain/filter.js';
import { hidesRoutine, isRoutine, unlistedText } from '../../src/domain/routine.js';

const tick = { method: 'tick', state: 'done' as const, totals: {}, findings: [] };

test('routine is a tick that went well, with nothing found', (t) => {
  t.equal(isRoutine(tick), true);
  t.equal(isRoutine({ ...tick, method: 'job' }), false);
  t.equal(isRoutine({ ...tick, state: 'failed' }), false);
  t.equal(isRoutine({ ...tick, state: 'open' }), false);
  t.equal(isRoutine({ ...tick, findings: ['slow'] }), false);
  t.equal(isRoutine({ ...tick, totals: { sql: { count: 1, ms: 1, errors: 1 } } }), false);
  t.end();
});

test('a filter that asks for units has them all', (t) => {
  const hides = (text: string) => {
    const parsed = parseFilter(text);
    return 'query' in parsed && hidesRoutine(parsed.query);
  };
  t.equal(hides(''), true);
  t.equal(hides('poll time>1s'), true);
  for (const text of ['unit:tick', 'unit=request', 'method:tick', 'id:3fa8', 'routine', 'n1 or unit:tick'])
    t.equal(hides(text), false, text);
  t.end();
});

test('how many are not listed', (t) => {
  t.equal(unlistedText(1), '1 tick is not listed');
  t.equal(unlistedText(1234), '1,234 ticks are not listed');
  t.end();
});
