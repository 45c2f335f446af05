import { test } from 'tap';
import { hrTime, parseTraceParent, rootSpanId, spanIdsOf, traceIdOf } from '../../src/export/otlp-ids.js';
import { aSpan } from '../factory.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

test('a valid traceparent is read, also of a later version', (t) => {
  t.same(parseTraceParent(`00-${TRACE}-${SPAN}-01`), { traceId: TRACE, spanId: SPAN, flags: 1 });
  t.same(parseTraceParent(` 00-${TRACE}-${SPAN}-00 `), { traceId: TRACE, spanId: SPAN, flags: 0 });
  t.same(parseTraceParent(`cc-${TRACE}-${SPAN}-01-what-comes`), { traceId: TRACE, spanId: SPAN, flags: 1 });
  t.end();
});

test('any other is ignored', (t) => {
  for (const text of [
    '',
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `cc-${TRACE}-${SPAN}-01more`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-1`,
  ])
    t.equal(parseTraceParent(text), undefined, text);
  t.end();
});

test('a trace id is the UUID without dashes', (t) => {
  t.equal(traceIdOf('5F0C9A4E-8d1b-4c6f-9a57-2f1e0b7c3d21'), '5f0c9a4e8d1b4c6f9a572f1e0b7c3d21');
  t.end();
});

test('a call keeps its id when a later one is there, and equal calls differ', (t) => {
  const id = '5f0c9a4e-8d1b-4c6f-9a57-2f1e0b7c3d21';
  const first = [aSpan({ start: 1 }), aSpan({ start: 1 }), aSpan({ start: 2 })];
  const before = spanIdsOf({ id, spans: first });
  const after = spanIdsOf({ id, spans: [aSpan({ start: 0.5, kind: 'cache' }), ...first] });
  t.same(after.slice(1), before);
  t.equal(new Set([...after, rootSpanId(id)]).size, 5);
  for (const each of after) t.match(each, /^[0-9a-f]{16}$/);
  t.end();
});

test('times are exact to the microsecond', (t) => {
  t.same(hrTime(1795348931204.25), [1795348931, 204250000]);
  t.same(hrTime(1795348931999.9998), [1795348932, 0]);
  t.same(hrTime(0.001), [0, 1000]);
  t.end();
});
