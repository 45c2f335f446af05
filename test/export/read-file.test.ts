import { test } from 'tap';
import { exportedTrace } from '../../src/export/document.js';
import { harOf } from '../../src/export/har.js';
import { readRequestFile } from '../../src/export/read-file.js';
import { publicTrace } from '../../src/store/json.js';
import { aSpan, aTrace } from '../factory.js';

const read = (value: unknown) =>
  readRequestFile(typeof value === 'string' ? value : JSON.stringify(value), '/srv');

test('a file says by its content what it is', (t) => {
  const trace = aTrace({ spans: [aSpan()] });
  const line = JSON.stringify(publicTrace(trace));
  for (const [text, format] of [
    [line, 'scooby'],
    [JSON.stringify(publicTrace(trace), null, 2), 'scooby'],
    [`${line}\n${line}\n`, 'scooby'],
    [`[${line}]`, 'scooby'],
    [`\ufeff${line}`, 'scooby'],
    [JSON.stringify(harOf([trace], '1')), 'HAR'],
  ] as const) {
    const file = read(text);
    t.equal(file.format, format);
    t.equal(file.traces[0]!.id, trace.id);
  }
  t.end();
});

test('source texts come along', async (t) => {
  const trace = aTrace({ sources: { 'src/orders.js': 'hash', 'gone.js': 'hash' } });
  const document = await exportedTrace(trace, async (file) => (file === 'gone.js' ? undefined : 'code'));
  const { sources, traces } = read(document);
  t.same(sources.get(trace.id), { 'src/orders.js': 'code' });
  t.equal(traces[0]!.sources, undefined);
});

test('what is none of these is refused in words', (t) => {
  t.throws(() => read(''), /the file is empty/);
  t.throws(() => read('<html>'), /the file is no JSON/);
  t.throws(() => read('{"a":1}\n{'), /nor is its line 2/);
  t.throws(() => read('7'), /the file is no object/);
  t.throws(() => read({ log: 1 }), /the file\.log is no object/);
  t.throws(
    () =>
      read({
        resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: 'x', spanId: 'a', startTimeUnixNano: '1' }] }] }],
      }),
    /spans\[0\]\.traceId is not in hex/,
  );
  t.end();
});
