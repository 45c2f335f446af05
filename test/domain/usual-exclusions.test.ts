import { test } from 'tap';
import { isUsuallyLeftOut } from '../../src/domain/usual-exclusions.cjs';

test('files, modules, HMR sockets and health checks', (t) => {
  const usual = [
    ...[
      '/app.js',
      '/a/b.MJS',
      '/x.css',
      '/x.css.map',
      '/logo.svg',
      '/favicon.ico',
      '/f.woff2',
      '/x.webmanifest',
    ],
    ...[
      '/src/main.ts',
      '/src/App.vue',
      '/src/App.tsx',
      '/@vite/client',
      '/@id/__x00__y',
      '/@fs/srv/a',
      '/@react-refresh',
    ],
    ...[
      '/node_modules/.vite/deps/react',
      '/base/node_modules/x',
      '/_next/static/chunks/x',
      '/_next/webpack-hmr',
    ],
    ...['/__webpack_hmr', '/sockjs-node/info', '/_nuxt/entry', '/_app/immutable/x', '/__vite_ping'],
    ...[
      '/health',
      '/healthz',
      '/api/v1/health',
      '/health/live',
      '/livez',
      '/readyz',
      '/-/healthz',
      '/_health',
      '/health-check/',
    ],
  ];
  t.same(
    usual.filter((path) => !isUsuallyLeftOut('GET', path)),
    [],
  );
  t.ok(isUsuallyLeftOut('HEAD', '/health'));
  t.ok(isUsuallyLeftOut('GET', '/', 'vite-hmr'));
  t.ok(isUsuallyLeftOut('GET', '/base/?token=x', 'vite-ping'));
  t.end();
});

test('pages and calls of an API', (t) => {
  const others = [
    ...[
      '/',
      '/index.html',
      '/orders',
      '/orders.json',
      '/v1.2/orders',
      '/a.js/orders',
      '/js',
      '/a.b',
      '/report.pdf',
    ],
    ...[
      '/_next/data/x/orders.json',
      '/@user',
      '/users/@me',
      '/healthy',
      '/healthcare/plans',
      '/health/records',
    ],
    ...['/api/health/records', '/feed.xml', '/export.csv', '/.js/x', '/ws', '/socket.io/'],
  ];
  t.same(
    others.filter((path) => isUsuallyLeftOut('GET', path)),
    [],
  );
  t.notOk(isUsuallyLeftOut('POST', '/app.js'));
  t.notOk(isUsuallyLeftOut('GET', '/', 'graphql-ws'));
  t.end();
});
