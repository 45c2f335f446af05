/** The cache by text: bounded in characters, whatever the texts. */

import { test } from 'tap';
import { detachText, MAX_CACHED_TEXT, TextCache } from '../../../src/agent/record/text-cache.cjs';

test('a text is known until a million characters are kept', (t) => {
  const cache = new TextCache<number>();
  cache.set('select 1', 1, 0);
  t.equal(cache.get('select 1'), 1);
  t.equal(cache.get('select 2'), undefined);
  for (let i = 0; i < 33; i++) cache.set(`${i}${'x'.repeat(31_000)}`, i, 0);
  t.equal(cache.get('select 1'), 1, 'a million');
  cache.set(`a${'x'.repeat(31_000)}`, 0, 0);
  t.equal(cache.get('select 1'), undefined, 'more than a million');
  t.equal(cache.get(`a${'x'.repeat(31_000)}`), 0, 'the last one is kept');
  t.end();
});

test('long texts and large values are not kept', (t) => {
  const cache = new TextCache<number>();
  const long = 'x'.repeat(MAX_CACHED_TEXT + 1);
  cache.set(long, 1, 0);
  t.equal(cache.get(long), undefined);
  cache.set('select 1', 1, 2_000_000);
  t.equal(cache.get('select 1'), undefined);
  t.end();
});

test('a detached text is the same', (t) => {
  for (const text of ['', 'select', 'select "é" \ud800 from 😀 \u0000 where a = 1'])
    t.equal(detachText(text), text);
  t.end();
});
