import { test } from 'tap';
import { compactCount } from '../../src/terminal/compact-count.js';

test('a count fits its column with whole digits', async (t) => {
  const cases: [count: number, cells: number, text: string][] = [
    [0, 4, '0'],
    [999, 4, '999'],
    [1234, 5, '1,234'],
    [1234, 4, '1234'],
    [9999, 3, '9k'],
    [1500, 4, '1500'],
    [10_000, 4, '10k'],
    [10_000, 5, '10000'],
    [10_000, 6, '10,000'],
    [200_000, 4, '200k'],
    [999_999, 4, '999k'],
    [1_000_000, 4, '1M'],
    [1_250_000, 4, '1.2M'],
    [12_500_000, 4, '12M'],
    [1_250_000, 2, '1M'],
    [3_000_000_000, 4, '3G'],
    [40_000, 1, '40k'],
    [1_500_000, 1, '1M'],
  ];
  for (const [count, cells, text] of cases) t.equal(compactCount(count, cells), text, `${count} in ${cells}`);
});
