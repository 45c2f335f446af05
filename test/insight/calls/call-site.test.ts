import { test } from 'tap';
import { isWrapperLine, type LineOf } from '../../../src/insight/calls/call-site.js';
import { aFrame } from '../../factory.js';
import { judge, Story, upTo } from '../story.js';

/** Answers whether the call that `^` points at, in the line above it, hands on what its function was given. */
function hands(kind: string | undefined, text: string): boolean {
  const lines = text.split('\n');
  const mark = lines.findIndex((line) => /^ *\^$/.test(line));
  const column = lines[mark]!.indexOf('^') + 1;
  lines.splice(mark, 1);
  return isWrapperLine(aFrame({ line: mark, column }), kind, (frame, line = frame.line) => lines[line - 1]);
}

test('a helper hands on what it was given', (t) => {
  for (const [kind, text] of [
    [
      'sql',
      'const query = (text, values) => pool.query(text, values);\n                                     ^',
    ],
    ['sql', 'const query = (...args) => pool.query(...args);\n                                ^'],
    ['sql', 'const run = sql => db.execute(sql);\n                      ^'],
    [
      'sql',
      'async function one(text, values = []) {\n  const { rows } = await pool.query(text, values);\n                              ^',
    ],
    ['sql', 'function run(query) {\n  return pool.query(query.text, query.values);\n              ^'],
    [
      'sql',
      'const query = (text, values) => pool.query({ text, values });\n                                     ^',
    ],
    [
      'sql',
      'const query = (sql, values) => pool.query({ text: sql, values });\n                                    ^',
    ],
    [
      'sql',
      'const all = (sql, values) => db.prepare(sql).all(...values);\n                                             ^',
    ],
    [
      'sql',
      'export async function query<T>(\n  text: string,\n  values: unknown[] = [],\n): Promise<T[]> {\n  const { rows } = await pool.query<T>(text, values);\n                              ^',
    ],
    [
      'sql',
      'class Db {\n  get(sql, params) {\n    return this.pool.query(\n                     ^\n      sql,\n      params,\n    );',
    ],
    ['cache', 'const read = (key) => client.get(key);\n                             ^'],
    [
      'http',
      'const json = async (url, options) => (await fetch(url, options)).json();\n                                            ^',
    ],
    [
      undefined,
      'const one = async (text, values) => (await query(text, values)).rows[0];\n                                     ^',
    ],
    [undefined, 'const get = (key) => new Promise((ok, no) => mc.get(key, done));\n                     ^'],
  ] as const)
    t.equal(hands(kind, text), true, text);
  t.end();
});

test('who says himself what to ask is no helper', (t) => {
  for (const [kind, text] of [
    [
      'sql',
      "const find = (id) => pool.query('select * from users where id = $1', [id]);\n                          ^",
    ],
    [
      'sql',
      'const find = (id) => pool.query(`select * from users where id = 7`);\n                          ^',
    ],
    [
      'sql',
      "async function find(id) {\n  const sql = 'select 1';\n  return pool.query(sql, [id]);\n              ^",
    ],
    ['sql', 'function find(sql) {\n  sql = sql + suffix;\n  return pool.query(sql);\n              ^'],
    [
      'sql',
      'for (const sql of statements) await pool.query(sql);\n                                         ^',
    ],
    [
      'sql',
      "const SQL = 'select 1';\n\nconst find = (id) => pool.query(SQL, [id]);\n                          ^",
    ],
    [
      'sql',
      "import { SQL } from './sql.js';\nconst find = (id) => pool.query(SQL, [id]);\n                          ^",
    ],
    ['sql', 'const find = (id) => User.findByPk(id);\n                          ^'],
    ['sql', 'const find = (id) => byId.get(id);\n                          ^'],
    [
      'sql',
      "const find = (id) => db.prepare('select 1').get(id);\n                                            ^",
    ],
    ['rpc', 'const price = (id) => client.getPrice(id);\n                             ^'],
    ['log', 'const log = (text) => console.log(text);\n                              ^'],
    ['sql', 'nothing to see here\n   ^'],
  ] as const)
    t.equal(hands(kind, text), false, text);
  t.equal(
    isWrapperLine(aFrame(), 'sql', () => undefined),
    false,
  );
  t.end();
});

test('the line that asks is blamed, by every rule, also where the helper asked for one thing only', (t) => {
  const lines: Record<string, string> = { 'src/db.js:9': 'x = (sql, p) => pool.query(sql, p);' };
  const lineOf: LineOf = ({ file }, line) => lines[`${file}:${line ?? 9}`];
  const helper = 'src/db.js:9 query';
  const sites = (story: Story, more = {}) => {
    for (const { stack } of story.spans) for (const frame of stack) if (frame.line === 9) frame.column = 22;
    return judge(story.trace(more), { lineOf }).map(({ kind, site }) => `${kind} ${site}`);
  };
  const at = (line: number) => [helper, `src/orders.js:${line} list`];
  const user = 'SELECT * FROM users WHERE id = $1';
  t.same(sites(new Story().each(upTo(6), (s, id) => s.sql(user, { params: [id], at: at(4) }))), [
    'n+1 src/orders.js:4',
  ]);
  t.same(sites(new Story().sql(user, { params: [1], ms: 900, at: at(5) })), ['slow src/orders.js:5']);
  t.same(sites(new Story().sql(user, { params: [1], rows: 9000, at: at(6) })), [
    'over-fetching src/orders.js:6',
  ]);
  t.same(sites(new Story().sql(user, { params: [1], error: 'no', at: at(7) })), [
    'swallowed-error src/orders.js:7',
  ]);
  t.same(sites(new Story().each(upTo(4), (s) => s.sql(user, { params: [1], at: at(8) }))), [
    'duplicate src/orders.js:8',
  ]);
  t.same(
    sites(
      new Story()
        .sql('SELECT count(*) FROM a', { ms: 30, at: at(11) })
        .sql('SELECT count(*) FROM b', { ms: 30, at: at(12) }),
    ),
    ['could-be-parallel src/orders.js:11'],
  );
  t.end();
});

test('a line that an ORM asks several things for is no helper, though an await shows its caller elsewhere', (t) => {
  const at = ['src/users.js:4 list', 'src/server.js:9 handle'];
  const story = new Story()
    .sql('select version() as version', { at })
    .each(upTo(5), (s, id) => s.sql('select * from users where id = ?', { params: [id], at }));
  // Before the first await the caller is where it calls, and then where it waits.
  for (const { stack } of story.spans.slice(1)) stack[1]!.column = 3;
  t.same(
    judge(story.trace()).map(({ kind, site }) => `${kind} ${site}`),
    ['n+1 src/users.js:4'],
  );
  t.end();
});
