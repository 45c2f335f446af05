import { test } from 'tap';
import { judge, Story } from '../story.js';

const adviceOf = (name: string) => judge(new Story().sql(name, { ms: 900 }).trace())[0]!.suggestion;

test('an index is spoken of where a statement has a condition, an order or a join', (t) => {
  for (const name of [
    'SELECT * FROM logs WHERE level = $1',
    'SELECT * FROM logs ORDER BY at',
    'SELECT a.id FROM a JOIN b ON b.a = a.id',
    'UPDATE logs SET seen = true',
  ])
    t.match(adviceOf(name), /an index is missing/, name);
  t.match(adviceOf('SELECT * FROM logs'), /no index would help/);
  t.match(adviceOf('SELECT build_report($1)'), /an index is missing/);
  t.end();
});
