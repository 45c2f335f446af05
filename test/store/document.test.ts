import { test } from 'tap';
import { pack, unpack } from '../../src/store/body.js';
import { packTrace, unpackTrace } from '../../src/store/document.js';
import { aFrame, aLibraryFrame, aSpan, aTrace } from '../factory.js';

test('a stack and a frame that spans share are written once', (t) => {
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
  t.strictSame(unpackTrace(packTrace(trace)), trace);
  t.equal(JSON.stringify(unpackTrace(packTrace(trace))), JSON.stringify(trace), 'in the same order');
  t.end();
});

test('a trace that was kept with the stacks in its spans is read as it is', (t) => {
  const trace = aTrace({ spans: [aSpan()] });
  t.strictSame(unpackTrace(pack(JSON.stringify(trace))), trace);
  t.end();
});
