/** Keys of the page. */

import { test } from 'tap';
import { commandOf, keyName, PAGE_KEYS } from '../../../../src/web/page/parts/page-keys.js';

test('no key has two meanings at one place', (t) => {
  for (const place of ['list', 'request'] as const) {
    const keys = PAGE_KEYS.filter((each) => each.place === place || each.place === 'everywhere').flatMap(
      ({ keys: all }) => all,
    );
    t.same(
      keys.filter((key, n) => keys.indexOf(key) !== n),
      [],
      place,
    );
  }
  t.end();
});

test('a key means what it means in the terminal', (t) => {
  const means = (key: string, place: 'list' | 'request') => commandOf(key, place)?.name;
  t.same(
    ['v', '/', 'x', 'J', '2', 'r', '}', '{', 'U'].map((key) => [means(key, 'list'), means(key, 'request')]),
    [
      ['view', 'group'],
      ['filter', undefined],
      [undefined, 'explain'],
      [undefined, 'nextRequest'],
      [undefined, 'tab'],
      ['replay', 'replay'],
      [undefined, 'nextTab'],
      [undefined, 'previousTab'],
      ['openUrl', 'openUrl'],
    ],
  );
  t.same([keyName('Enter'), keyName('x')], ['↵', 'x']);
  t.end();
});
