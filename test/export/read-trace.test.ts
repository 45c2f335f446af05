import fc from 'fast-check';
import { test } from 'tap';
import { ImportError } from '../../src/export/field-reader.js';
import { readTrace } from '../../src/export/read-trace.js';
import { publicTrace } from '../../src/store/json.js';
import { aFrame, aLibraryFrame, aSpan, aTrace } from '../factory.js';

const trace = aTrace({
  ...{ params: { id: '7' }, handler: 'show src/a.js:1', aborted: false, dropped: 2, notes: ['a note'] },
  headers: { request: [['Host', 'a']], response: [['X', 'y']] },
  libraries: { pg: { version: '8.1.0', dialect: 'pg', explain: 'postgres' } },
  spans: [
    aSpan({
      wait: 1,
      error: '42P01: no',
      stack: [aLibraryFrame(), aFrame({ package: '@acme/a', generated: true })],
    }),
    aSpan({
      start: 2,
      kind: 'http',
      library: 'undici',
      name: 'GET http://a/b',
      detail: { status: 200 },
      stack: [],
    }),
    aSpan({ start: 3, afterResponse: true }),
  ],
  findings: [
    {
      ...{ id: 'f', kind: 'n+1', severity: 'high', message: 'm', suggestion: 's', spans: [0, 2] },
      ...{ site: 'src/orders.js:47', function: 'listOrders', ms: 4, confidence: 0.5, reasons: ['r'] },
    },
  ],
});

test('the public JSON of a request is read as it was written', (t) => {
  const written = JSON.parse(JSON.stringify(publicTrace(trace)));
  t.same(JSON.parse(JSON.stringify(publicTrace(readTrace(written, 'the file')))), written);
  t.end();
});

test('a field that is not as it should be is named', (t) => {
  const broken: [field: string, value: unknown, message: RegExp][] = [
    ['id', '../../etc/passwd', /the file\.id is no UUID/],
    ['id', undefined, /the file\.id is missing/],
    ['start', '1e999', /the file\.start is no number/],
    ['state', 'sleeping', /the file\.state is none of open, done, died, failed/],
    ['spans', {}, /the file\.spans is no list/],
    ['spans', [{ kind: 'sql' }], /the file\.spans\[0\]\.library is missing/],
    ['headers', { request: [['a']] }, /the file\.headers\.request\[0\]\[1\] is no text/],
    ['findings', [null], /the file\.findings\[0\] is no object/],
    ['params', { a: 1 }, /the file\.params\.a is no text/],
  ];
  for (const [field, value, message] of broken) {
    const document = { ...publicTrace(trace), [field]: value };
    t.throws(() => readTrace(document, 'the file'), message, field);
  }
  t.end();
});

test('findings keep the calls that there are, and no prototype is touched', (t) => {
  const text = JSON.stringify({ ...publicTrace(aTrace({ spans: [aSpan()] })), totals: {} })
    .replace('"totals":{}', '"totals":{"__proto__":{"count":1,"ms":1}},"params":{"__proto__":"x"}')
    .replace(
      '"findings":[]',
      '"findings":[{"id":"f","kind":"slow","severity":"low","message":"m","spans":[0,7,-1,0.5],"ms":1,"confidence":1,"reasons":[]}]',
    );
  const read = readTrace(JSON.parse(text), 'the file');
  t.same(read.findings[0]!.spans, [0]);
  t.equal(Object.getPrototypeOf(read.totals), Object.prototype);
  t.equal(({} as { count?: number }).count, undefined);
  t.end();
});

test('whatever JSON it is given, it reads it or says what is wrong', (t) => {
  const document = JSON.parse(JSON.stringify(publicTrace(trace)));
  const fields = Object.keys(document);
  fc.assert(
    fc.property(fc.constantFrom(...fields), fc.jsonValue(), (field, value) => {
      try {
        readTrace({ ...document, [field]: value }, 'the file');
      } catch (error) {
        if (!(error instanceof ImportError)) throw error;
      }
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      try {
        readTrace(value, 'the file');
        return false;
      } catch (error) {
        return error instanceof ImportError;
      }
    }),
  );
  t.end();
});

test('nesting without end is refused', (t) => {
  let deep: unknown = 1;
  for (let n = 0; n < 100; n++) deep = [deep];
  const document = publicTrace(aTrace({ spans: [aSpan({ detail: { deep } })] }));
  t.throws(() => readTrace(document, 'the file'), /spans\[0\]\.detail is nested too deeply/);
  t.end();
});
