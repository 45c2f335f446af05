import { test } from 'tap';
import { isOwnScript, setAppPackages } from '../../../src/agent/call/own-script.cjs';

test('scripts of the app by their names', (t) => {
  for (const script of ['/app/src/db.js', 'file:///app/src/db.mjs', '[eval]', 'webpack-internal:///./db.ts'])
    t.equal(isOwnScript(script), true, script);
  for (const script of [
    '',
    'node:fs',
    'wasm://wasm/00034eea',
    '/app/node_modules/pg/lib/client.js',
    'C:\\app\\node_modules\\pg\\lib\\client.js',
    '/app/src/generated/client.js',
    '/app/src/db/runtime/library.js',
  ])
    t.equal(isOwnScript(script), false, script);
  t.end();
});

test('packages that the configuration names', (t) => {
  setAppPackages(['shop.server', '@acme/*']);
  t.teardown(() => setAppPackages([]));
  for (const [script, isOwn] of [
    ['/app/node_modules/shop.server/db.js', true],
    ['file:///app/node_modules/@acme/db/index.mjs', true],
    ['C:\\app\\node_modules\\@acme\\db\\index.js', true],
    ['/app/node_modules/shop_server/db.js', false],
    ['/app/node_modules/shop.server2/db.js', false],
    ['/app/node_modules/@acme/db/node_modules/pg/lib/client.js', false],
  ] as const)
    t.equal(isOwnScript(script), isOwn, script);
  t.end();
});
