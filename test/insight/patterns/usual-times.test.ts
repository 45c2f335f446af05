import { test } from 'tap';
import { UsualTimes } from '../../../src/insight/patterns/usual-times.js';
import { judge, Story } from '../story.js';

const USER = 'SELECT * FROM users WHERE id = $1';
const at = 'src/users.js:3 load';
const SLOW = { params: [7], rows: 1, ms: 700, at };

test('no index is missing where the statement was fast in another request', (t) => {
  const times = new UsualTimes();
  const suggestion = () => judge(new Story().sql(USER, SLOW).trace(), { times })[0]?.suggestion;
  t.match(suggestion(), /^Look at its plan/);
  judge(new Story().sql(USER, { params: [8], rows: 1, ms: 2, at }).trace(), { times });
  t.equal(
    suggestion(),
    'It took 2.0ms in another request: rather than for an index, look for what ran at the same time, the code of the app, which keeps answers waiting, or more queries than the database has processors for.',
  );
  t.end();
});

test('nor is a fast one comparable that failed, had far fewer rows, or asks for something else', (t) => {
  const times = new UsualTimes();
  const others: [sql: string, options: object][] = [
    [USER, { error: 'boom', ms: 2 }],
    ['SELECT * FROM teams WHERE id = $1', { rows: 1, ms: 2 }],
    [USER, { rows: 1, ms: 60 }],
  ];
  for (const [sql, options] of others)
    judge(new Story().sql(sql, { params: [8], ...options }).trace(), { times });
  t.match(judge(new Story().sql(USER, SLOW).trace(), { times })[0]?.suggestion, /^Look at its plan/);
  judge(new Story().sql(USER, { params: [8], rows: 1, ms: 2 }).trace(), { times });
  const many = new Story().sql(USER, { ...SLOW, rows: 400 }).trace();
  t.match(judge(many, { times })[0]?.suggestion, /^Look at its plan/);
  t.end();
});
