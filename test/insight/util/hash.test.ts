import { test } from 'tap';
import { Hash, hash } from '../../../src/insight/util/hash.js';

test('a hash does not depend on how a text is split', (t) => {
  t.equal(hash('SELECT ?'), hash('SELECT ?'));
  t.match(hash(''), /^[0-9a-f]{16}$/);
  const pieces = new Hash();
  pieces.add('SELECT');
  pieces.add(' ?');
  t.equal(pieces.digits(), hash('SELECT ?'));
  t.end();
});

test('100,000 texts have 100,000 hashes, and nearly as many halves of hashes', (t) => {
  const all = Array.from({ length: 100_000 }, (_, i) => hash(`SELECT c${i} FROM t${i % 7}`));
  t.equal(new Set(all).size, 100_000);
  // Of 100,000 random numbers of 32 bits about one pair is equal.
  for (const half of [all.map((one) => one.slice(0, 8)), all.map((one) => one.slice(8))]) {
    t.ok(new Set(half).size > 99_980);
  }
  t.end();
});
