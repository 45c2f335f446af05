/** Routes by the names of files, as frameworks give them, each with a URL that it serves or does not. */

import { test } from 'tap';
import { type FileRoute, fileRoute, isCatchAll } from '../../src/collector/file-route.js';

const CASES: [file: string, url: string, expected: FileRoute | undefined][] = [
  // SvelteKit
  ['src/routes/+page.server.ts', '/', { route: '/' }],
  ['src/routes/orders/[id]/+page.server.js', '/orders/7?x=1', { route: '/orders/[id]', params: { id: '7' } }],
  [
    'src/routes/orders/[id=integer]/+server.ts',
    '/orders/7',
    { route: '/orders/[id=integer]', params: { id: '7' } },
  ],
  [
    'src/routes/orders/[id]/+page.ts',
    '/orders/7/__data.json',
    { route: '/orders/[id]', params: { id: '7' } },
  ],
  ['src/routes/(shop)/cart/+page.server.ts', '/cart', { route: '/cart' }],
  ['src/routes/[[lang]]/about/+page.server.ts', '/about', { route: '/[[lang]]/about' }],
  [
    'src/routes/[[lang]]/about/+page.server.ts',
    '/de/about',
    { route: '/[[lang]]/about', params: { lang: 'de' } },
  ],
  [
    'src/routes/files/[...path]/+server.ts',
    '/files/a/b',
    { route: '/files/[...path]', params: { path: 'a/b' } },
  ],
  ['src/routes/orders/+layout.server.ts', '/orders/7', undefined],
  ['src/routes/orders/[id]/+page.server.ts', '/orders', undefined],
  [
    'src/routes/reset/[token]/+page.server.ts',
    '/reset/abc',
    { route: '/reset/[token]', params: { token: 'REDACTED' } },
  ],
  // Astro
  ['src/pages/index.astro', '/', { route: '/' }],
  ['/srv/shop/src/pages/orders/[id].astro', '/orders/7', { route: '/orders/[id]', params: { id: '7' } }],
  ['src/pages/api/orders.json.ts', '/api/orders.json', { route: '/api/orders.json' }],
  // Nuxt and Nitro
  ['server/api/orders/[id].get.ts', '/api/orders/7', { route: '/api/orders/:id', params: { id: '7' } }],
  ['server/api/orders/index.post.ts', '/api/orders', { route: '/api/orders' }],
  ['server/routes/feed.xml.ts', '/feed.xml', { route: '/feed.xml' }],
  ['routes/[...slug].ts', '/a/b', { route: '/**:slug', params: { slug: 'a/b' } }],
  ['app/pages/orders/[id].vue', '/orders/7', { route: '/orders/:id', params: { id: '7' } }],
  // SolidStart, Qwik City
  ['src/routes/orders/[id].tsx', '/orders/7', { route: '/orders/[id]', params: { id: '7' } }],
  ['src/routes/orders/[id]/index.tsx', '/orders/7/', { route: '/orders/[id]', params: { id: '7' } }],
  // Remix and React Router, TanStack Start
  ['app/routes/orders.$id.tsx', '/orders/7', { route: '/orders/:id', params: { id: '7' } }],
  ['app/routes/orders.$id.tsx', '/orders/7.data', { route: '/orders/:id', params: { id: '7' } }],
  ['app/routes/_index.tsx', '/', { route: '/' }],
  [
    'app/routes/_shop.orders_.$id.edit.tsx',
    '/orders/7/edit',
    { route: '/orders/:id/edit', params: { id: '7' } },
  ],
  ['app/routes/($lang).about.tsx', '/about', { route: '/:lang/about' }],
  ['app/routes/orders.$id/route.tsx', '/orders/7', { route: '/orders/:id', params: { id: '7' } }],
  ['app/routes/files.$.tsx', '/files/a/b', { route: '/files/*', params: { '*': 'a/b' } }],
  ['app/routes/orders.tsx', '/orders/7', undefined],
  ['src/routes/orders/$orderId.tsx', '/orders/7', { route: '/orders/:orderId', params: { orderId: '7' } }],
  // No routes
  ['src/lib/db.ts', '/lib/db', undefined],
  ['src/routes/orders.ts', '/checkout', undefined],
  ['server/api/orders.ts', '/api/%E0%A4%A', undefined],
];

test('a file serves the URLs that its name stands for', async (t) => {
  for (const [file, url, expected] of CASES) t.same(fileRoute(file, url), expected, `${file} for ${url}`);
});

test('patterns that fit every path name no route', (t) => {
  const routes = [
    '*',
    '/*',
    '*all',
    '/*splat',
    '{*path}',
    '/{*path}',
    '{/*path}',
    '(.*)',
    '/(.*)',
    '/.*',
    '/:rest(.*)',
  ];
  t.same(
    routes.filter((route) => !isCatchAll(route)),
    [],
  );
  t.same(['/', '/api/*', '/:id', '/files/{*path}', 'orders', '/*/x'].filter(isCatchAll), []);
  t.end();
});
