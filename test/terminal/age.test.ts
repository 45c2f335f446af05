import { test } from 'tap';
import {
  formatAge,
  formatAgo,
  formatClock,
  formatDateTime,
  formatOffset,
  formatStamp,
} from '../../src/terminal/age.js';

test('an age is in one unit', (t) => {
  const ages = [-5000, 0, 999, 1000, 59_999, 60_000, 3_599_999, 3_600_000, 86_399_999, 86_400_000, 9e8];
  t.same(
    ages.map((ms) => formatAge(1e12, 1e12 + ms)),
    ['now', 'now', 'now', '1s', '59s', '1m', '59m', '1h', '23h', '1d', '10d'],
  );
  t.end();
});

test('an age takes at most four cells', (t) => {
  t.equal(formatAge(0, 364 * 86_400_000), '364d');
  t.equal(formatAge(0, 365 * 86_400_000), '1y');
  t.equal(formatAge(0, 1e12), '31y');
  t.end();
});

test('an age in a sentence', (t) => {
  t.equal(formatAgo(1e12, 1e12 + 999), 'just now');
  t.equal(formatAgo(1e12, 1e12 + 180_000), '3m ago');
  t.end();
});

test('an instant is formatted in local time, with its zone', (t) => {
  const { TZ } = process.env;
  t.teardown(() => {
    if (TZ === undefined) delete process.env.TZ;
    else process.env.TZ = TZ;
  });
  const at = Date.UTC(2026, 0, 2, 3, 4, 5);
  const zones: Record<string, string[]> = {
    UTC: ['2026-01-02 03:04:05 UTC', '2026-01-02T03:04:05Z', '03:04:05', 'Z'],
    'Asia/Kolkata': ['2026-01-02 08:34:05 +05:30', '2026-01-02T08:34:05+05:30', '08:34:05', '+05:30'],
    'America/New_York': ['2026-01-01 22:04:05 -05:00', '2026-01-01T22:04:05-05:00', '22:04:05', '-05:00'],
  };
  for (const [zone, texts] of Object.entries(zones)) {
    process.env.TZ = zone;
    t.same([formatDateTime(at), formatStamp(at), formatClock(at), formatOffset(at)], texts);
  }
  t.end();
});
