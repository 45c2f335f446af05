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
