import { test } from 'tap';
import { Hash, hash } from '../../../src/insight/util/hash.js';

test('a hash is the same for the same text, however it comes', (t) => {
  t.equal(hash('SELECT ?'), hash('SELECT ?'));
  t.match(hash(''), /^[0-9a-f]{16}$/);
  const pieces = new Hash();
  pieces.add('SELECT');
  pieces.add(' ?');
  t.equal(pieces.digits(), hash('SELECT ?'));
  t.end();
});

test('a hundred thousand texts have as many hashes, and each half of them nearly so', (t) => {
  const all = Array.from({ length: 100_000 }, (_, i) => hash(`SELECT c${i} FROM t${i % 7}`));
  t.equal(new Set(all).size, 100_000);
  // By chance, two of 100,000 numbers of 32 bits are alike about once.
  for (const half of [all.map((one) => one.slice(0, 8)), all.map((one) => one.slice(8))]) {
    t.ok(new Set(half).size > 99_980);
  }
  t.end();
});
