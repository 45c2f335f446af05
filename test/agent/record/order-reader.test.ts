import { test } from 'tap';
import { orderReader } from '../../../src/agent/record/order-reader.cjs';

test('orders that come in pieces, several at once, and one that is none', (t) => {
  const orders: object[] = [];
  const read = orderReader((order) => {
    orders.push(order);
    if (orders.length === 1) throw new Error('an order that fails');
  });
  for (const text of [
    '{"t":"record","record":"off"}\n{"t":"pee',
    'rs","ports":[1,2]}\n',
    'what is this\n{"t":"record",',
    '"record":"all"}',
    '\n',
  ])
    read(Buffer.from(text));
  t.same(orders, [
    { t: 'record', record: 'off' },
    { t: 'peers', ports: [1, 2] },
    { t: 'record', record: 'all' },
  ]);
  t.end();
});
