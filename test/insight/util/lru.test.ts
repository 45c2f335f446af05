import { test } from 'tap';
import { Lru } from '../../../src/insight/util/lru.js';

test('used entries stay, unused entries are dropped', (t) => {
  const lru = new Lru<number>(4);
  t.equal(lru.set('a', 1), 1);
  for (const key of ['b', 'c', 'd', 'e', 'f', 'g']) {
    lru.set(key, 0);
    t.equal(lru.get('a'), 1, `after ${key}`);
  }
  t.equal(lru.get('b'), undefined);
  t.equal(lru.get('never'), undefined);
  t.end();
});

test('entries are dropped by their size, and the newest stays', (t) => {
  const lru = new Lru<string>(1000, { maxSize: 100, sizeOf: (key, value) => key.length + value.length });
  for (let i = 0; i < 50; i++) lru.set(`key ${i}`, 'x'.repeat(14));
  const kept = [40, 45, 46, 48, 49].filter((i) => lru.get(`key ${i}`) !== undefined);
  t.same(kept, [46, 48, 49]);
  t.equal(lru.set('long', 'y'.repeat(500)), 'y'.repeat(500));
  t.equal(lru.get('long')?.length, 500);
  t.end();
});
