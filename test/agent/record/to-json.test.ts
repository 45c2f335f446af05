import { test } from 'tap';
import { toJson } from '../../../src/agent/record/to-json.cjs';

const DATA = {
  text: 'a"\n',
  list: [1, undefined, null, [], { deep: true }],
  left: undefined,
  empty: {},
  none: Object.assign(Object.create(null), { x: 1.5 }),
};

test('data as JSON.stringify writes it', (t) => {
  t.equal(toJson(DATA), JSON.stringify(DATA));
  t.end();
});

for (const owner of [Object.prototype, Array.prototype]) {
  test(`a toJSON that the app gives ${owner === Object.prototype ? 'every object' : 'every list'} does not run`, (t) => {
    const expected = JSON.stringify(DATA);
    const texts = JSON.stringify([undefined, 'x']);
    let calls = 0;
    Object.defineProperty(owner, 'toJSON', { value: () => ++calls, configurable: true });
    const written = [toJson(DATA), toJson([undefined, 'x']), toJson(undefined), toJson('x')];
    Reflect.deleteProperty(owner, 'toJSON');
    t.same(written, [expected, texts, 'null', '"x"']);
    t.equal(calls, 0);
    t.end();
  });
}
