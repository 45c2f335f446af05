import { test } from 'tap';
import { parseCount, parseDuration, parseSize } from '../../../src/cli/config/units.js';

test('durations, sizes and counts', (t) => {
  t.same(
    ['100', '100ms', '1.5s', '2m', '24h', '7d', ' 3 S '].map(parseDuration),
    [100, 100, 1500, 120_000, 86_400_000, 604_800_000, 3000],
  );
  t.same(['100', '64kb', '512MB', '1.5GB'].map(parseSize), [100, 65_536, 536_870_912, 1_610_612_736]);
  t.equal(parseCount('20'), 20);
  t.end();
});

test('invalid text: the error shows valid examples', (t) => {
  for (const text of ['', 'soon', '-1s', '1y', '1e9s', '1 000']) {
    t.throws(
      () => parseDuration(text),
      { message: 'Write a duration such as 250ms, 1.5s, 24h or 7d.' },
      text,
    );
  }
  for (const text of ['', '5s', '-1', '1tb']) {
    t.throws(() => parseSize(text), { message: 'Write a size such as 64MB or 2GB.' }, text);
  }
  for (const text of ['', '0', '-1', '1.5', 'x']) {
    t.throws(() => parseCount(text), { message: 'Write a whole number above 0.' }, text);
  }
  t.end();
});
