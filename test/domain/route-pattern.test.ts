/** Patterns of routes, by which a request is known before its framework has matched it. */

import { test } from 'tap';
import { isRoutePattern, routeMatcher } from '../../src/domain/route-pattern.js';

test('routes in the notations of frameworks match the URLs of their requests', (t) => {
  const table: [pattern: string, url: string, matches: boolean][] = [
    ['/orders/:id', '/orders/7', true],
    ['/orders/:id', '/orders/7?full=1', true],
    ['/orders/:id', '/orders/7/', true],
    ['/orders/:id', '/orders', false],
    ['/orders/:id', '/orders/7/items', false],
    ['/orders/:id', '/users/7', false],
    ['/orders/:id?', '/orders', true],
    ['/orders/{id}/items', '/orders/7/items', true],
    ['/orders/[id]', '/orders/7', true],
    ['/docs/[...slug]', '/docs/a/b', true],
    ['/files/*', '/files/a/b.png', true],
    ['/files/*path', '/files/a/b.png', true],
    ['/orders/#', '/orders/7', true],
    ['/orders', '/orders', true],
    ['/orders', '/orders?page=2', true],
    ['/orders?page=2', '/orders?page=2', true],
    ['/orders?page=2', '/orders?page=3', false],
    ['/', '/', true],
    ['/', '/orders', false],
  ];
  for (const [pattern, url, matches] of table)
    t.equal(routeMatcher(pattern)(url), matches, `${pattern} and ${url}`);
  t.end();
});

test('a pattern is told from a path', (t) => {
  t.same(
    ['/orders/:id', '/files/*', '/orders/[id]', '/orders/#', '/orders/7', '/', '/a?b=:c'].map(isRoutePattern),
    [true, true, true, true, false, false, false],
  );
  t.end();
});
