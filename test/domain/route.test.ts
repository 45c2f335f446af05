import { test } from 'tap';
import { routeNameOf, urlShape } from '../../src/domain/route.js';

test('a URL keeps its route and the names of its query', (t) => {
  for (const [url, want] of [
    ['/users/42', '/users/#'],
    ['/users/42?page=2&expand=orders&page=3', '/users/#?expand&page'],
    [
      'https://ann:secret@API.example.com:8443/v1/users/42/orders#top',
      'https://api.example.com:8443/v1/users/#/orders',
    ],
    ['/files/550e8400-e29b-41d4-a716-446655440000.pdf', '/files/#.pdf'],
    ['/posts/my-first-post', '/posts/my-first-post'],
    ['http://[::1]:80', 'http://[::1]:80'],
    ['?', ''],
    ['', ''],
  ] as const)
    t.equal(urlShape(url), want);
  t.end();
});

test('any URL has a shape, and the shape of a shape is itself', (t) => {
  for (const text of ['%%%', '://', '?&&==', '/////', '#', '\u0000:7', 'x'.repeat(5000), '1'.repeat(5000)])
    t.equal(urlShape(urlShape(text)), urlShape(text));
  t.end();
});

test('a route is the pattern, or the path with # for ids and without its query', (t) => {
  t.equal(routeNameOf({ route: '/orders/:id', url: '/orders/7?page=2' }), '/orders/:id');
  t.equal(routeNameOf({ url: '/orders/7/items?page=2' }), '/orders/#/items');
  for (const url of [
    '/trpc/user.byId,user.list?batch=1&input=%7B%7D',
    '/trpc/a%2Cb%2Cc?input=%7B%7D&batch=1',
    '/trpc/a,user.list?batch=1',
  ])
    t.equal(routeNameOf({ url }), '/trpc/(batch)', url);
  t.equal(routeNameOf({ url: '/trpc/user.byId?batch=1&input=%7B%7D' }), '/trpc/user.byId');
  t.equal(routeNameOf({ url: '/tiles/a,b?zoom=1' }), '/tiles/a,b');
  t.end();
});
