import { test } from 'tap';
import { parseServerTiming } from '../../../src/web/extension/server-timing-text.js';

test('entries, in any spelling', (t) => {
  t.same(parseServerTiming('sql;dur=48.2;desc="51 queries", scooby-id ; DESC = a ,total;dur=85'), [
    { name: 'sql', duration: 48.2, description: '51 queries' },
    { name: 'scooby-id', duration: 0, description: 'a' },
    { name: 'total', duration: 85, description: '' },
  ]);
  t.same(parseServerTiming('a;desc="x \\"y\\", z;dur=1";dur=2'), [
    { name: 'a', duration: 2, description: 'x "y", z;dur=1' },
  ]);
  t.same(parseServerTiming(''), []);
  t.end();
});

test('what is none is left out, and takes no time', (t) => {
  t.same(
    parseServerTiming('a;dur=x, ;;;, b;desc="open')
      .map(({ name, duration }) => [name, duration])
      .slice(0, 2),
    [
      ['a', 0],
      ['b', 0],
    ],
  );
  t.ok(parseServerTiming(`${'a;b='.repeat(100_000)}`).length < 5000);
  t.end();
});
