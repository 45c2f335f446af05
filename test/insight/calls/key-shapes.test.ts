import { test } from 'tap';
import { cacheKeyShape, rpcShape } from '../../../src/insight/calls/key-shapes.js';

test('the shape of a cache key has no ids', (t) => {
  for (const [key, want] of [
    ['user:42:name', 'user:#:name'],
    ['user:42', 'user:#'],
    ['user42', 'user#'],
    ['v2:session:9f8e7d6c5b4a', 'v2:session:#'],
    ['session:550e8400-e29b-41d4-a716-446655440000', 'session:#'],
    ['cart/507f1f77bcf86cd799439011/items', 'cart/#/items'],
    ['mail:ann@example', 'mail:#'],
    ['rate-limit:127.0.0.1', 'rate-limit:#.#.#.#'],
    ['settings', 'settings'],
    ['feature:md5', 'feature:md5'],
    ['token:a1B2c3D4e5F6g7H8', 'token:#'],
    ['', ''],
  ] as const)
    t.equal(cacheKeyShape(key), want);
  t.end();
});

test('the shape of a remote call is its service and function', (t) => {
  t.equal(rpcShape('Users.get(42, "x")'), 'Users.get');
  t.equal(rpcShape('Users.get'), 'Users.get');
  t.end();
});

test('a shape is its own shape', (t) => {
  for (const text of ['%%%', '://', '?&&==', '/////', '#', '\u0000:7', 'x'.repeat(5000), '1'.repeat(5000)]) {
    t.equal(cacheKeyShape(cacheKeyShape(text)), cacheKeyShape(text));
  }
  t.end();
});
