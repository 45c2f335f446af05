import { test } from 'tap';
import { isAddress, newestAtAddress } from '../../../src/cli/select/address.js';
import { chooseRequest } from '../../../src/cli/select/request.js';
import { MemoryStore } from '../../../src/store/memory.js';
import { aTrace } from '../../factory.js';

const now = Date.now();

function storeOf(requests: [id: string, method: string, url: string, route?: string][]) {
  const store = new MemoryStore({ ttl: 1e9, maxSize: 1e7 });
  store.saveAll(
    requests.map(([id, method, url, route], n) =>
      aTrace({ id, method, url, start: now - n * 1000, ...(route && { route }) }),
    ),
  );
  return store;
}

const store = storeOf([
  ['a1', 'GET', '/orders/70'],
  ['a2', 'GET', '/orders/7?page=2', '/orders/:id'],
  ['a3', 'POST', '/orders/7', '/orders/:id'],
  ['a4', 'GET', '/orders/7', '/orders/:id'],
  ['a5', 'GET', '/caf%C3%A9'],
  ['a6', 'GET', '/api/items?q=x'],
  ['a7', 'job', 'send mail'],
]);

test('the newest request of a URL or route, before those that only contain it', async (t) => {
  const wanted: [address: string, id: string][] = [
    ['/orders/7', 'a3'],
    ['GET /orders/7', 'a4'],
    ['get  /orders/7', 'a4'],
    ['/orders/7?page=2', 'a2'],
    ['http://localhost:4000/orders/7#top', 'a3'],
    ['GET http://localhost:4000/orders/7', 'a4'],
    ['/orders/:id', 'a2'],
    ['POST /orders/:id', 'a3'],
    ['/café', 'a5'],
    ['/caf%C3%A9', 'a5'],
    ['/api/items', 'a6'],
    ['items?', 'a6'],
    ['orders/7', 'a2'],
    ['job send mail', 'a7'],
    ['/', 'a1'],
  ];
  for (const [address, id] of wanted)
    if (isAddress(address)) t.equal((await newestAtAddress(store, address)).id, id, address);
  t.equal((await chooseRequest(store, 'GET /orders/7', now)).id, 'a4');
});

test('an id is no address; an address that matches no request is an error', async (t) => {
  t.same(['a1', 'last', '-2', 'ffff', ''].map(isAddress), [false, false, false, false, false]);
  await t.rejects(chooseRequest(store, 'DELETE /orders/7', now), {
    exitCode: 1,
    message: 'No request of "DELETE /orders/7" is stored. Its routes:  scooby list --by route',
  });
  await t.rejects(newestAtAddress(store, '/%zz\u001b[2J'), { message: /^No request of "\/%zz\\x1b\[2J"/ });
});
