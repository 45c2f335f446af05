/** Orders of profiles: to all processes that may serve a request, answered by all, some or none. */

import { test } from 'tap';
import { ProfileOrders } from '../../../src/collector/profile/profile-orders.js';
import type { LinkOrder } from '../../../src/domain/link.js';

function aProcess() {
  const orders: LinkOrder[] = [];
  return { orders, send: (order: LinkOrder) => void orders.push(order) };
}

test('all processes are asked, and told when the request has ended', async (t) => {
  const [one, two] = [aProcess(), aProcess()];
  const orders = new ProfileOrders(() => [one, two]);
  const started = orders.start('a', 'cpu');
  t.same(one.orders, [{ t: 'profile', id: 'a', kind: 'cpu' }]);
  t.same(two.orders, one.orders);
  orders.answered(one, { t: 'profiling', id: 'a' });
  orders.answered(one, { t: 'profiling', id: 'a', refused: 'a second answer' });
  orders.answered(two, { t: 'profiling', id: 'a' });
  t.equal(await started, undefined);
  orders.end('a');
  orders.end('a');
  t.same(two.orders.slice(1), [{ t: 'profiled', id: 'a' }]);
});

test('what is not profiled is said', async (t) => {
  const [one, two] = [aProcess(), aProcess()];
  const orders = new ProfileOrders(() => [one, two]);
  const some = orders.start('a', 'heap');
  orders.answered(one, { t: 'profiling', id: 'a' });
  orders.answered(two, { t: 'profiling', id: 'a', refused: 'another profile is running' });
  t.equal(
    await some,
    '1 process of 2 that may have served it could not be profiled: another profile is running',
  );
  const none = orders.start('b', 'light,more');
  t.same(one.orders.at(-1), { t: 'profile', id: 'b', kind: 'cpu', light: true, more: true });
  orders.answered(one, { t: 'profiling', id: 'b', refused: 'no' });
  orders.left(two);
  t.equal(await none, '1 process of 2 that may have served it could not be profiled: no');
  t.equal(
    await orders.start('c', 'wall'),
    'no profile was taken: X-Scooby-Profile is cpu, heap, light, and not “wall”',
  );
  t.equal(
    await new ProfileOrders(() => []).start('d', 'cpu'),
    'no profile was taken: no process of the app with the agent listens',
  );
});

test('a process that does not answer is waited for two seconds', async (t) => {
  const [one] = [aProcess()];
  const alive = setInterval(() => {}, 1000);
  t.teardown(() => clearInterval(alive));
  t.equal(
    await new ProfileOrders(() => [one]).start('a', 'cpu'),
    'no profile was taken: the app has not answered within 2 s',
  );
});

test('the next request of a route is found, once', async (t) => {
  const orders = new ProfileOrders(() => []);
  const found = orders.next({ method: 'GET', pattern: '/orders/:id', wish: 'cpu' }, 60_000);
  t.equal(orders.take('a', 'POST', '/orders/7'), undefined);
  t.equal(orders.take('b', 'GET', '/orders'), undefined);
  t.equal(orders.take('c', 'GET', '/orders/7'), 'cpu');
  t.equal(orders.take('d', 'GET', '/orders/7'), undefined);
  t.equal(await found, 'c');
  const alive = setInterval(() => {}, 1000);
  t.teardown(() => clearInterval(alive));
  t.equal(await orders.next({ pattern: '/none', wish: 'cpu' }, 1), undefined);
});
