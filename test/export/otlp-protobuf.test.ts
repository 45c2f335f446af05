import fc from 'fast-check';
import { test } from 'tap';
import { ImportError } from '../../src/export/field-reader.js';
import { decodeOtlp } from '../../src/export/otlp-protobuf.js';

type Decoded = { resourceSpans: { scopeSpans: { spans: Record<string, unknown>[] }[] }[] };

const field = (n: number, wireType: number) => Buffer.from([(n << 3) | wireType]);
const varint = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >> 7)];
const bytes = (n: number, content: Buffer) =>
  Buffer.concat([field(n, 2), Buffer.from(varint(content.length)), content]);
const span = (content: Buffer) => bytes(1, bytes(2, bytes(2, content)));
const spanOf = (content: Buffer) =>
  (decodeOtlp(span(content)) as Decoded).resourceSpans[0]!.scopeSpans[0]!.spans[0]!;

test('fields are read by their numbers; unknown ones are left out', (t) => {
  const fixed = Buffer.alloc(8);
  fixed.writeBigUInt64LE(1795348931204250000n);
  const double = Buffer.alloc(8);
  double.writeDoubleLE(0.5);
  const attribute = (key: string, value: Buffer) =>
    bytes(9, Buffer.concat([bytes(1, Buffer.from(key)), bytes(2, value)]));
  t.same(
    spanOf(
      Buffer.concat([
        bytes(1, Buffer.from('5f0c9a4e8d1b4c6f9a572f1e0b7c3d21', 'hex')),
        bytes(5, Buffer.from('GET /ö')),
        Buffer.concat([field(6, 0), Buffer.from([2])]),
        Buffer.concat([field(7, 1), fixed]),
        Buffer.concat([Buffer.from([0xfd, 0x01]), Buffer.alloc(4)]),
        attribute('text', bytes(1, Buffer.from('x'))),
        attribute('flag', Buffer.concat([field(2, 0), Buffer.from([1])])),
        attribute('negative', Buffer.concat([field(3, 0), Buffer.from([...Array(9).fill(0xff), 1])])),
        attribute('half', Buffer.concat([field(4, 1), double])),
        attribute('list', bytes(5, bytes(1, bytes(1, Buffer.from('y'))))),
      ]),
    ),
    {
      traceId: '5f0c9a4e8d1b4c6f9a572f1e0b7c3d21',
      name: 'GET /ö',
      kind: 2,
      startTimeUnixNano: '1795348931204250000',
      attributes: [
        { key: 'text', value: { stringValue: 'x' } },
        { key: 'flag', value: { boolValue: true } },
        { key: 'negative', value: { intValue: -1 } },
        { key: 'half', value: { doubleValue: 0.5 } },
        { key: 'list', value: { arrayValue: { values: [{ stringValue: 'y' }] } } },
      ],
    },
  );
  t.end();
});

test('lists in lists without end are refused', (t) => {
  let value = Buffer.from([]);
  for (let n = 0; n < 20; n++) value = bytes(5, bytes(1, value));
  t.throws(() => spanOf(bytes(9, bytes(2, value))), /nested too deeply/);
  t.end();
});

test('whatever bytes come, they are read or refused', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (content) => {
      try {
        decodeOtlp(span(Buffer.from(content).subarray(0, 100)));
      } catch (error) {
        if (!(error instanceof ImportError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
  t.end();
});
