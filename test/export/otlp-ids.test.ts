import { test } from 'tap';
import { spanIdOf } from '../../src/domain/trace-parent.cjs';
import { hrTime, spanIdsOf } from '../../src/export/otlp-ids.js';
import { aSpan } from '../factory.js';

test('a call keeps its id when a later one is there, and equal calls differ', (t) => {
  const id = '5f0c9a4e-8d1b-4c6f-9a57-2f1e0b7c3d21';
  const first = [aSpan({ start: 1 }), aSpan({ start: 1 }), aSpan({ start: 2 })];
  const before = spanIdsOf({ id, spans: first });
  const after = spanIdsOf({ id, spans: [aSpan({ start: 0.5, kind: 'cache' }), ...first] });
  t.same(after.slice(1), before);
  t.equal(new Set([...after, spanIdOf(id)]).size, 5);
  for (const each of after) t.match(each, /^[0-9a-f]{16}$/);
  t.end();
});

test('times are exact to the microsecond', (t) => {
  t.same(hrTime(1795348931204.25), [1795348931, 204250000]);
  t.same(hrTime(1795348931999.9998), [1795348932, 0]);
  t.same(hrTime(0.001), [0, 1000]);
  t.end();
});
