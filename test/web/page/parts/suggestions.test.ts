/** Completion of the filter. */

import { test } from 'tap';
import { suggestionsFor } from '../../../../src/web/page/parts/suggestions.js';

const words = (text: string) => suggestionsFor(text).map(({ filter }) => filter);

test('an empty filter has examples', (t) => {
  t.ok(words('').includes('status>=400'));
  t.end();
});

test('the last word is completed, also negated and after others', (t) => {
  t.same(words('sta'), ['status>=400', 'status:5xx']);
  t.same(words('n1 !sq'), ['n1 !sql:']);
  t.same(words('(err or method:p'), ['(err or method:post', '(err or method:put', '(err or method:patch']);
  t.same(words('finding:cache'), ['finding:cache-not-filled']);
  t.end();
});

test('what is complete, no word or not closed has none', (t) => {
  for (const text of ['n1 ', 'method:post', '"quoted', 'a or', 'zzz']) t.same(words(text), [], text);
  t.end();
});
