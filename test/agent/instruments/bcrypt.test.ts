import { test } from 'tap';
import { bcrypt } from '../../../src/agent/instruments/bcrypt.cjs';

function detailOf(method: string, given: unknown): unknown {
  const call = { self: undefined, args: [method, 'secret', given], request: undefined };
  return bcrypt.describe(call as never);
}

test('the cost of a hash is a number that was given, or stands in a hash', (t) => {
  const hash = `$2b$12$${'a'.repeat(53)}`;
  t.same(detailOf('hash', 10), { name: 'bcrypt.hash', detail: { rounds: 10 } });
  t.same(detailOf('compare', hash), { name: 'bcrypt.compare', detail: { rounds: 12 } });
  const sync = { name: 'bcrypt.compareSync', kind: 'block', detail: { blocking: true, rounds: 12 } };
  t.same(detailOf('compareSync', hash), sync);
  t.end();
});

test('what is no cost is not asked for one', (t) => {
  let asked = 0;
  const hostile = {
    valueOf: () => ++asked,
    toString: () => `${++asked}`,
    [Symbol.toPrimitive]: () => ++asked,
  };
  for (const given of [hostile, Symbol('salt'), 10n, null, undefined, Number.NaN, 'no salt', []])
    t.same(detailOf('hash', given), { name: 'bcrypt.hash', detail: {} });
  t.equal(asked, 0);
  t.end();
});
