import { test } from 'tap';
import type { ReadLine } from '../../../src/insight/calls/loop-line.js';
import { judge, Story, upTo } from '../story.js';

test('findings of every rule are at the call site, also if the wrapper ran only one statement', (t) => {
  const lines: Record<string, string> = { 'src/db.js:9': 'x = (sql, p) => pool.query(sql, p);' };
  const readLine: ReadLine = ({ file }, line) => lines[`${file}:${line ?? 9}`];
  const wrapper = 'src/db.js:9 query';
  const sites = (story: Story, more = {}) => {
    for (const { stack } of story.spans) for (const frame of stack) if (frame.line === 9) frame.column = 22;
    return judge(story.trace(more), { readLine }).map(({ kind, site }) => `${kind} ${site}`);
  };
  const at = (line: number) => [wrapper, `src/orders.js:${line} list`];
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

test('a line that runs several statements of an ORM for one caller, seen at two columns, is no wrapper', (t) => {
  const at = ['src/users.js:4 list', 'src/server.js:9 handle'];
  const story = new Story()
    .sql('select version() as version', { at })
    .each(upTo(5), (s, id) => s.sql('select * from users where id = ?', { params: [id], at }));
  // Before the first await the caller's frame is at its call, later at its await.
  for (const { stack } of story.spans.slice(1)) stack[1]!.column = 3;
  t.same(
    judge(story.trace()).map(({ kind, site }) => `${kind} ${site}`),
    ['n+1 src/users.js:4'],
  );
  t.end();
});

test('a function that returns a promise, missing in the stacks after an await, splits no loop', (t) => {
  const query = 'src/repo.js:4 byId';
  // byId ← item ← each ← route (not async) ← handle; MAX_CALLERS is 3.
  const above = ['src/app.js:7 item', 'src/each.js:3 each'];
  const first = [query, ...above, 'src/app.js:7 route', 'src/server.js:9 handle'];
  const resumed = [query, ...above, 'src/server.js:9 handle'];
  const text = 'select * from users where id = ?';
  const story = new Story()
    .sql(text, { params: [0], at: first })
    .each(upTo(4), (s, id) => s.sql(text, { params: [id], at: resumed }));
  t.same(
    judge(story.trace()).map(({ kind, site, spans }) => `${kind} ${site} ${spans.length}`),
    ['n+1 src/repo.js:4 5'],
  );
  const repeated = new Story().sql(text, { params: [7], at: first });
  repeated.each(upTo(3), (s) => s.sql(text, { params: [7], at: resumed }));
  t.match(judge(repeated.trace()), [{ kind: 'duplicate', site: 'src/repo.js:4' }]);
  // A nested loop has a first call in each turn.
  const nested = new Story();
  for (let turn = 0; turn < 3; turn++) {
    nested.sql(text, { params: [turn], at: first });
    nested.each(upTo(2), (s, id) => s.sql(text, { params: [`${turn} ${id}`], at: resumed }));
  }
  t.same(
    judge(nested.trace()).map(({ kind, site, spans }) => `${kind} ${site} ${spans.length}`),
    ['n+1 src/repo.js:4 9'],
  );
  t.end();
});

test('a shared line has a loop for each line that leads to it, also with a function between', (t) => {
  const text = 'select * from users where id = ?';
  const direct = ['src/repo.js:4 byId', 'src/app.js:12 handle'];
  const through = ['src/repo.js:4 byId', 'src/auth.js:3 check', 'src/app.js:10 handle'];
  const story = new Story()
    .sql(text, { params: [0], at: through })
    .each(upTo(5), (s, id) => s.sql(text, { params: [id], at: direct }));
  t.same(
    judge(story.trace()).map(({ kind, site, spans }) => `${kind} ${site} ${spans.length}`),
    ['n+1 src/app.js:12 5'],
  );
  t.end();
});

test('a handler that passes its request on is no wrapper of the middleware that calls it', (t) => {
  const lines: Record<string, string> = {
    'src/db.js:3': 'const one = async (text, values) => (await pool.query(text, values)).rows[0];',
    'src/app.js:5': 'app.use(async (req, res, next) => { req.user = await one(USER, [1]); next(); });',
    'src/app.js:9': "app.get('/book', async (req, res) => res.json(await book(req.params.id)));",
    'src/app.js:12': 'const book = (id) => one(BOOK, [id]);',
  };
  const readLine: ReadLine = ({ file, line }, other = line) => lines[`${file}:${other}`];
  const columns: Record<string, string> = { 'src/db.js:3': 'pool.query', 'src/app.js:5': 'next()' };
  const sitesOf = (stack: string[]) => {
    const story = new Story().sql('SELECT * FROM books WHERE id = $1', {
      params: [1],
      error: 'no',
      at: stack,
    });
    for (const frame of story.spans[0]!.stack) {
      const where = `${frame.file}:${frame.line}`;
      const call = columns[where] ?? (where === 'src/app.js:9' ? 'book(req' : 'one(BOOK');
      if (frame.application) frame.column = lines[where]!.indexOf(call) + 1;
    }
    return judge(story.trace(), { readLine }).map(({ site }) => site);
  };
  const called = ['src/db.js:3 one', 'src/app.js:9 <anonymous>'];
  t.same(sitesOf([...called, 'src/app.js:5 <anonymous>']), ['src/app.js:9'], 'after an await');
  t.same(sitesOf([...called, 'express', 'src/app.js:5 <anonymous>']), ['src/app.js:9'], 'at once');
  t.end();
});

test('the head of an async function that a compiler has lowered is no caller of its body', (t) => {
  const lines: Record<string, string> = {
    'src/find.ts:3': 'export const find = async (Model, id) => {',
    'src/find.ts:4': '  const row = await Model.findOne(id);',
  };
  const readLine: ReadLine = ({ file, line }, other = line) => lines[`${file}:${other}`];
  const sitesOf = (...helper: string[]) => {
    const at = ['src/find.ts:4 <anonymous>', ...helper, 'src/find.ts:3 find', 'src/pets.ts:9 update'];
    const story = new Story().sql('SELECT * FROM pets WHERE id = $1', { params: [1], error: 'no', at });
    const { stack } = story.spans[0]!;
    stack[0]!.column = lines['src/find.ts:4']!.indexOf('findOne') + 1;
    for (const frame of stack) if (frame.file === 'node_modules/tslib/index.js') frame.function = '__awaiter';
    return judge(story.trace(), { readLine }).map((finding) => finding.site);
  };
  t.same(sitesOf('tslib'), ['src/pets.ts:9'], 'of tslib');
  t.same(sitesOf('src/find.ts:18 <anonymous>', 'src/find.ts:14 __awaiter'), ['src/pets.ts:9'], 'its own');
  t.end();
});

test('keys that differ behind their first part make no wrapper of the line that asks for them', (t) => {
  const story = new Story();
  for (const [key, line] of [
    ['user:null', 4],
    ['user:ada', 5],
    ['user:undefined', 6],
  ] as const)
    story.cache(`get ${key}`, { ms: 900, at: ['src/cache.js:3 load', `src/app.js:${line} handle`] });
  t.same([...new Set(judge(story.trace()).map(({ site }) => site))], ['src/cache.js:3']);
  const others = new Story();
  for (const [key, line] of [
    ['user:ada', 4],
    ['post:ada', 5],
  ] as const)
    others.cache(`get ${key}`, { ms: 900, at: ['src/cache.js:3 load', `src/app.js:${line} handle`] });
  t.same(
    judge(others.trace()).map(({ site }) => site),
    ['src/app.js:4', 'src/app.js:5'],
  );
  t.end();
});
