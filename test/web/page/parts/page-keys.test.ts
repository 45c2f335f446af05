/** Keys of the page. */

import { test } from 'tap';
import { BINDINGS } from '../../../../src/tui/input/bindings.js';
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

/** Commands that have another name in the terminal, where they do more. */
const IN_TERMINAL: Record<string, string[]> = {
  back: ['back', 'left', 'pop', 'quitList'],
  commands: ['palette'],
  open: ['open', 'right', 'into', 'openFrame'],
  flame: ['icicle'],
  pause: ['freeze'],
};

test('no letter does something else than in the terminal', (t) => {
  const others = PAGE_KEYS.filter(({ name }) => name !== 'tab').flatMap(({ name, keys, place }) =>
    keys
      .filter((key) => key.length === 1)
      .flatMap((key) => {
        const there = BINDINGS.filter(
          ({ keys: all, where }) =>
            all.includes(key) &&
            (where === 'everywhere' ||
              (place !== 'request' && where === 'list') ||
              (place !== 'list' && ['detail', 'table', 'text'].includes(where))),
        ).map((binding) => binding.name);
        const same = IN_TERMINAL[name] ?? [name];
        return there.filter((each) => !same.includes(each)).map((each) => `${key}: ${name}, ${each}`);
      }),
  );
  t.same(others, []);
  t.end();
});
