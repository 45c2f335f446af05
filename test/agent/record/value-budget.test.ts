/** The characters of values that a call, and a request, may have recorded. */

import { test } from 'tap';
import { TracedCall } from '../../../src/agent/call/call.cjs';
import { pg } from '../../../src/agent/instruments/pg.cjs';
import { serialize } from '../../../src/agent/record/serialize.cjs';
import { describeCall } from '../../../src/agent/record/value-budget.cjs';
import type { TracedRequest } from '../../../src/agent/request/traced-request.cjs';

const CALL = 256 * 1024;
const REQUEST = 4 * 1024 * 1024;

function describe(args: unknown[], request?: TracedRequest) {
  const call = new TracedCall(pg, request, 0, {}, args);
  describeCall(call, pg.describe);
  return call.info!;
}

const requestWith = (charactersLeft: number) => ({ charactersLeft }) as TracedRequest;

test('the values of a call are cut at 256 Ki characters, and its span says so', (t) => {
  const kilobyte = 'x'.repeat(1024);
  const small = describe(['select $1', [kilobyte]]);
  t.same(small.detail, { params: [kilobyte] });
  const large = describe(['select $1', Array.from({ length: 1000 }, () => kilobyte)]);
  t.equal(large.detail!.cut, true);
  const params = large.detail!.params as string[];
  t.equal(params.at(-1), '… (1000 params)');
  t.ok(JSON.stringify(params).length < CALL + 2000, `${JSON.stringify(params).length} characters`);
  t.equal(params.length, 257);
  t.end();
});

test('the values of a request are cut at 4 Mi characters', (t) => {
  const request = requestWith(REQUEST);
  const values = Array.from({ length: 1000 }, () => 'x'.repeat(1024));
  let length = 0;
  for (let i = 0; i < 200; i++) length += JSON.stringify(describe(['select $1', values], request)).length;
  t.ok(length < REQUEST * 1.02, `${length} characters`);
  t.same(describe(['select $1', values], request), {
    name: 'select $1',
    detail: { params: ['… (1000 params)'], cut: true },
  });
  t.same(describe(['select 1'], request), { name: 'select 1', detail: {} });
  t.end();
});

test('objects, arrays, keys, bytes and numbers count as well', (t) => {
  const many = (value: unknown) =>
    Array.from({ length: 200 }, () => Array.from({ length: 200 }, () => value));
  for (const value of [
    123456789.5,
    Buffer.alloc(100),
    { ['k'.repeat(1000)]: 1 },
    new Error('e'.repeat(500)),
  ]) {
    const call = new TracedCall(pg, requestWith(10_000), 0, {}, []);
    describeCall(call, () => ({ name: '', detail: { values: serialize(many(value)) } }));
    t.ok(JSON.stringify(call.info).length < 30_000, `${JSON.stringify(call.info).length} characters`);
    t.equal(call.info!.detail!.cut, true);
  }
  t.end();
});
