import { test } from 'tap';
import type { RecordedTrace } from '../../src/domain/trace.js';
import { describeStored } from '../../src/insight/calls/describe.js';
import { pack, unpack } from '../../src/store/body.js';
import { packTrace, skipDescribe, unpackTrace } from '../../src/store/document.js';
import { aFrame, aLibraryFrame, aSpan, aTrace } from '../factory.js';

test('a stack and a frame shared by spans are written once', (t) => {
  const [own, library] = [aFrame(), aLibraryFrame()];
  const stack = [library, own];
  const spans = [aSpan({ stack }), aSpan({ stack, name: 'select 2' }), aSpan({ stack: [own] })];
  const trace = aTrace({ spans });
  const written = JSON.parse(unpack(packTrace(trace)));
  t.same(written.frames, [library, own]);
  t.same(written.stacks, [[0, 1], [1]]);
  t.same(
    written.spans.map(({ stack }: { stack: number }) => stack),
    [0, 0, 1],
  );
  t.strictSame(unpackTrace(packTrace(trace), skipDescribe), trace);
  t.equal(
    JSON.stringify(unpackTrace(packTrace(trace), skipDescribe)),
    JSON.stringify(trace),
    'in the same order',
  );
  t.end();
});

test('a shape shared by calls is written once, a frame of another stack with the others', (t) => {
  const [own, other] = [aFrame(), aFrame({ line: 10 })];
  const lost = aSpan({ stack: [own], site: 'src/orders.js:10', frame: other });
  const trace = aTrace({
    spans: [aSpan({ stack: [own] }), lost, aSpan({ name: 'select 2', stack: [other] })],
  });
  const written = JSON.parse(unpack(packTrace(trace)));
  t.same(written.frames, [own, other]);
  t.same(
    written.spans.map(({ frame, shape }: { frame: number; shape: number }) => [frame, shape]),
    [
      [0, 0],
      [1, 0],
      [1, 1],
    ],
  );
  t.match(written.shapes, [{ text: 'SELECT * FROM items WHERE order_id = ?' }, { text: 'SELECT ?' }]);
  const { spans } = unpackTrace(packTrace(trace), skipDescribe);
  t.equal(spans[0]!.shape, spans[1]!.shape, 'and shared again');
  t.equal(spans[1]!.frame, spans[2]!.stack[0]);
  t.end();
});

test('documents of earlier versions are described when they are read, and no others', (t) => {
  const stack = [aLibraryFrame(), aFrame()];
  const whole = aTrace({ spans: [aSpan({ stack }), aSpan({ stack, name: 'select 2' })] });
  // Two earlier formats: with stacks in the spans, and with tables of stacks and frames.
  const bare = whole.spans.map(({ frame: _, shape: __, ...span }) => span);
  const oldest = { ...whole, spans: bare };
  const old = {
    ...whole,
    spans: bare.map((span) => ({ ...span, stack: 0 })),
    stacks: [[0, 1]],
    frames: stack,
  };
  for (const document of [oldest, old]) {
    const read: RecordedTrace[] = [];
    const found = unpackTrace(pack(JSON.stringify(document)), (trace) => {
      read.push(structuredClone(trace));
      return describeStored(trace);
    });
    t.strictSame(read, [oldest]);
    t.same(found, whole);
  }
  unpackTrace(packTrace(whole), (trace) => {
    t.fail('described again');
    return describeStored(trace);
  });
  t.end();
});

test('a document has every field of its calls, whatever the texts', (t) => {
  const odd = aSpan({
    ...{ name: 'select "é\u2028\n\\"', error: '42P01: "x"\u0000', wait: 0.125, afterResponse: true, rows: 0 },
    detail: { params: ['"', null, { a: [1.5] }], connection: 'c"1' },
  });
  const open = aSpan({ name: 'select 2' });
  delete open.duration;
  const trace = aTrace({ spans: [odd, open, odd] });
  t.strictSame(unpackTrace(packTrace(trace), skipDescribe), trace);
  const empty = aTrace({ spans: [] });
  t.strictSame(unpackTrace(packTrace(empty), skipDescribe), empty);
  const { spans, ...rest } = trace;
  const turned = { spans, ...rest };
  t.strictSame(unpackTrace(packTrace(turned), skipDescribe), turned, 'with the calls first');
  t.end();
});
