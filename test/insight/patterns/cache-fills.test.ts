import { test } from 'tap';
import { judge, Story, upTo } from '../story.js';

const kinds = (load: (story: Story, id: number) => void, rows = 6) =>
  judge(
    new Story()
      .sql('SELECT * FROM orders', { rows, at: 'src/list.js:2 list' })
      .each(upTo(rows), load)
      .trace(),
  ).map(({ kind }) => kind);
const USER = 'SELECT * FROM users WHERE id = $1';
const get = { at: 'src/users.js:3 load', detail: { hit: false } };
const query = (id: number) => ({ params: [id], rows: 1, at: 'src/users.js:5 load' });
const set = { at: 'src/users.js:6 load' };

test('queries that fill a cache are told by its reads alone', (t) => {
  const keys = ['user:{}', 'shop/users/{}', 'u_{}', 'user-{}:name', 'a.{}'];
  for (const key of keys) {
    const keyOf = (id: number) => key.replace('{}', `${id}`);
    const fill = (s: Story, id: number) =>
      s
        .cache(`get ${keyOf(id)}`, get)
        .sql(USER, query(id))
        .cache(`set ${keyOf(id)}`, set);
    t.same(kinds(fill), ['n+1-cache'], key);
  }
  const hash = (s: Story, id: number) =>
    s.cache(`hgetall user:${id}`, get).sql(USER, query(id)).cache(`hset user:${id}`, set);
  t.same(kinds(hash), ['n+1-cache']);
  t.end();
});

test('those are told themselves that no miss, no fill or another key goes with', (t) => {
  const shapes: [name: string, load: (story: Story, id: number) => void][] = [
    [
      'hits',
      (s, id) =>
        s
          .cache(`get user:${id}`, { ...get, detail: { hit: true } })
          .sql(USER, query(id))
          .cache(`set user:${id}`, set),
    ],
    ['no fill', (s, id) => s.cache(`get user:${id}`, get).sql(USER, query(id))],
    [
      'another key',
      (s, id) =>
        s
          .cache(`get user:${id + 100}`, get)
          .sql(USER, query(id))
          .cache(`set user:${id}`, set),
    ],
    [
      'a fill before',
      (s, id) => s.cache(`get user:${id}`, get).cache(`set user:${id}`, set).sql(USER, query(id)),
    ],
  ];
  for (const [name, load] of shapes) t.ok(kinds(load).includes('n+1'), name);
  t.end();
});
