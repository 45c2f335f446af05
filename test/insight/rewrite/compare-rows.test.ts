import { test } from 'tap';
import { compareRows } from '../../../src/insight/rewrite/compare-rows.js';

const digest = (...rows: (string | null)[][]) => ({ columns: [], ms: 1, rows });
const call = (key: string | undefined, ...hashes: string[]) => ({
  rows: digest(...hashes.map((hash) => [hash])),
  key: key === undefined ? undefined : [key],
});
const BY_VALUE = { isNumbered: false, skipsEmpty: false };

test('each row belongs to the call of its key', (t) => {
  const same = compareRows(
    digest(['a', '1'], ['b', '2'], ['a', '1']),
    [call('1', 'a', 'a'), call('2', 'b')],
    BY_VALUE,
    false,
  );
  t.same(same, { same: true, text: 'the same rows for each of 2 values' });
  const swapped = compareRows(
    digest(['a', '2'], ['b', '1']),
    [call('1', 'a'), call('2', 'b')],
    BY_VALUE,
    false,
  );
  t.match(swapped, { same: false, text: 'other rows for 2 of 2 values: for 1 1 row, 1 in the loop' });
  const missing = compareRows(digest(['a', '1']), [call('1', 'a', 'a')], BY_VALUE, false);
  t.match(missing, { same: false, text: 'other rows for 1 of 1 value: for 1 1 row, 2 in the loop' });
  t.end();
});

test('a key that the server writes otherwise is compared as a whole, a number is that of the call', (t) => {
  const whole = compareRows(
    digest(['a', '1.0'], ['b', '2.0']),
    [call('1', 'a'), call('2', 'b')],
    BY_VALUE,
    false,
  );
  t.same(whole, { same: true, text: 'the same rows as all calls of the loop together' });
  t.match(compareRows(digest(['a', null]), [call('1', 'b')], BY_VALUE, false), {
    same: false,
    text: 'other rows: 1 row that the loop has not, 1 of the loop missing',
  });
  const numbered = { isNumbered: true, skipsEmpty: false };
  t.match(
    compareRows(
      digest(['a', '2'], ['b', '1']),
      [call(undefined, 'b'), call(undefined, 'a')],
      numbered,
      false,
    ),
    {
      same: true,
    },
  );
  t.end();
});

test('an aggregate has no row for what is not there, and a sample is compared by key only', (t) => {
  const grouped = { isNumbered: false, skipsEmpty: true };
  const counted = compareRows(
    digest(['3', '1']),
    [call('1', '3'), call('2', '0'), call('3', '0')],
    grouped,
    false,
  );
  t.same(counted, {
    same: true,
    text: 'the same rows for each of 3 values; 2 have no row, where the loop counts nothing: take 0 for them',
  });
  t.match(compareRows(digest(['a', '1'], ['b', '2']), [call('1', 'a')], BY_VALUE, true), { same: true });
  t.same(compareRows(digest(['a', null]), [call('1', 'a')], BY_VALUE, true), {
    text: 'the rows were not compared: which call each belongs to is not known',
  });
  t.end();
});
