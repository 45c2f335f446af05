import { test } from 'tap';
import { parseTraceParent, traceIdOf, traceParentBelow } from '../../src/domain/trace-parent.cjs';

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

test('what a request calls hangs below it, in the trace that it came with', (t) => {
  const id = '5f0c9a4e-8d1b-4c6f-9a57-2f1e0b7c3d21';
  const own = traceParentBelow(id, undefined);
  t.match(own, /^00-5f0c9a4e8d1b4c6f9a572f1e0b7c3d21-[0-9a-f]{16}-01$/);
  t.equal(traceParentBelow(id, 'no traceparent'), own);
  const given = traceParentBelow(id, `00-${TRACE}-${SPAN}-00`);
  t.equal(given, `00-${TRACE}-${own.slice(36, 52)}-00`);
  t.end();
});
