import { test } from 'tap';
import type { Frame } from '../../src/domain/trace.js';
import { finishTrace } from '../../src/insight/judge.js';
import { bad } from './bad.js';
import { innocent } from './innocent.js';
import { random } from './random.js';
import { judge, Story, upTo } from './story.js';

const USER = 'SELECT * FROM users WHERE id = $1';
const loop = (at = 'src/orders.js:47 listOrders', n = 50) =>
  new Story()
    .sql('SELECT id, user_id FROM orders', { rows: n, at: 'src/orders.js:31 listOrders' })
    .each(upTo(n), (s, id) => s.sql(USER, { params: [id], rows: 1, at }));

test('problems are found at their call site, and nothing else', (t) => {
  for (const { name, trace, want } of bad) {
    t.same(
      judge(trace).map(({ kind, site, spans }) => [kind, site, spans.length]),
      want,
      name,
    );
  }
  t.end();
});

test('traces that only look like problems have no findings', (t) => {
  for (const { name, trace } of innocent) t.same(judge(trace), [], name);
  t.end();
});

test('a finding names the feeding query, the cost and a suggestion', (t) => {
  const [finding] = judge(loop().trace());
  t.match(finding, {
    id: /^[0-9a-f]{16}$/,
    kind: 'n+1',
    severity: 'high',
    message:
      '`SELECT … orders` at src/orders.js:31 returned 50 rows; src/orders.js:47 then ran `SELECT … users` 50 times, one after the other: 50ms',
    suggestion:
      'Ask once, before the loop: `WHERE id = ANY($1)` with an array of all values; then pick each row from a Map.',
    site: 'src/orders.js:47',
    function: 'listOrders',
    ms: 50,
    confidence: 0.95,
    reasons: ['all from one line', 'another query returned exactly as many rows', 'other values each time'],
  });
  t.same(finding!.spans, upTo(50));
  t.end();
});

test('a nested loop is fed by all queries of the outer loop', (t) => {
  const { trace } = bad.find(({ name }) => name === 'a loop in a loop')!;
  t.same(
    judge(trace).map(({ message }) => message),
    [
      '`SELECT … items` at src/orders.js:47 ran 5 times and returned 20 rows in all; src/orders.js:52 then ran `SELECT … products` 20 times, one after the other: 20ms',
      '`SELECT … orders` at src/orders.js:31 returned 5 rows; src/orders.js:47 then ran `SELECT … items` 5 times, one after the other: 5.0ms',
    ],
  );
  t.end();
});

test('suggestions fit the library', (t) => {
  const advice = (at: string | string[], library: string, sql = 'SELECT * FROM users WHERE team_id = ?') =>
    judge(
      new Story({ library }).each(upTo(6), (s, id) => s.sql(sql, { params: [id], rows: 1, at })).trace(),
    )[0]!.suggestion;
  const line = 'src/orders.js:47';
  t.match(advice(line, 'mysql2'), '`WHERE team_id IN (?)` with an array of all values, through query()');
  t.match(advice(line, 'better-sqlite3'), '`WHERE team_id IN (SELECT value FROM json_each(?))`');
  t.match(
    advice(line, 'postgres', 'SELECT * FROM users WHERE team_id = $1'),
    /`WHERE team_id IN \$\{sql\(values\)\}`/,
  );
  t.match(advice(['knex', line], 'pg'), "`.whereIn('team_id', values)`");
  t.match(advice([line, 'src/orders.js:50', line], 'pg'), '`WHERE team_id = ANY($1)`');
  t.match(
    advice(line, 'pg', 'SELECT count(*) FROM items WHERE order_id = $1'),
    '`WHERE order_id = ANY($1)` with an array of all values and `GROUP BY order_id`',
  );
  t.match(
    advice(line, 'pg', 'SELECT * FROM notes WHERE order_id = $1 ORDER BY id DESC LIMIT 3'),
    'row_number() OVER (PARTITION BY order_id',
  );
  t.match(advice(['src/tree.js:4 up', 'src/tree.js:6 up'], 'pg'), '`WITH RECURSIVE`');
  t.match(advice(['knex', 'objection', line], 'pg'), "`Model.query().whereIn('team_id', values)`");
  t.match(advice(['sequelize', line], 'pg'), 'with all values of the property for the column `team_id`');
  t.match(
    advice(['typeorm', line], 'pg', 'SELECT * FROM users WHERE id = $1'),
    '`repository.find({ where: { id: In(values) } })`',
  );
  t.match(
    advice(['drizzle-orm', line], 'pg', 'SELECT * FROM users WHERE id = $1'),
    '`.where(inArray(users.id, values))`',
  );
  t.match(advice(['graphql', line], 'pg'), 'DataLoader');
  t.match(advice(line, 'mysql2', 'INSERT INTO t (a) VALUES (?)'), '`INSERT INTO t (a) VALUES ?`');
  t.match(advice(line, 'pg', 'INSERT INTO t (a) VALUES ($1)'), '`INSERT INTO t (a) VALUES ($1), ($2), …`');
  t.match(
    advice(line, 'better-sqlite3', 'INSERT INTO t (a) VALUES (?)'),
    'Insert all rows at once: `INSERT INTO t (a) VALUES (?), (?), …`, or keep the loop and put it into one transaction.',
  );
  t.match(advice(line, 'tedious'), '`WHERE team_id IN (…)` with a placeholder for each value; then');
  t.match(
    advice(line, 'tedious', 'INSERT INTO t (a) VALUES (@a)'),
    'Insert all rows at once: `INSERT INTO t (a) VALUES (…), (…), …`.',
  );
  t.match(advice(['sequelize', line], 'pg', 'INSERT INTO t (a) VALUES ($1)'), 'bulkCreate');
  t.match(advice(line, 'pg', 'DELETE FROM t WHERE a = $1'), '`WHERE a = ANY($1)`');
  const cache = (library: string, command = 'get') =>
    judge(new Story({ library }).each(upTo(6), (s, id) => s.cache(`${command} k:${id}`)).trace())[0]!
      .suggestion;
  t.match(cache('memcached'), '`memcached.getMulti(keys, callback)`');
  t.match(cache('ioredis'), '`redis.mget(keys)`');
  t.match(cache('redis'), '`client.mGet(keys)`');
  t.match(cache('ioredis', 'hgetall'), "`redis.pipeline(keys.map((key) => ['hgetall', key])).exec()`");
  t.end();
});

test('suggestions for ORMs name the feeding query, and columns in their spelling', (t) => {
  const sql = 'SELECT * FROM `items` WHERE `items`.`OrderId` = 7';
  const [finding] = judge(
    new Story({ library: 'mysql2' })
      .sql('SELECT * FROM `orders`', { rows: 6, at: ['sequelize', 'src/orders.js:31'] })
      .each(upTo(6), (s, id) => s.sql(sql.replace('7', `${id}`), { at: ['sequelize', 'src/orders.js:47'] }))
      .trace(),
  );
  t.equal(
    finding!.suggestion,
    'Ask once, before the loop: `Model.findAll({ where: { OrderId: values } })`; then pick each row from a Map. Or load it with its parents: `include` in the findAll at src/orders.js:31.',
  );
  t.end();
});

test('relations through a table between two are loaded with their parents, or counted for all', (t) => {
  const lines = ['', 'const tags = this.getTags()', 'const fans = this.countFans()'];
  const adviceAt = (line: number, columns: string) => {
    const sql = `SELECT ${columns} FROM "Tag" INNER JOIN "ArticleTag" ON "Tag"."id" = "ArticleTag"."tagId" AND "ArticleTag"."articleId" = `;
    const story = new Story()
      .sql('SELECT * FROM "Article"', { rows: 6, at: ['sequelize', 'src/articles.js:31'] })
      .each(upTo(6), (s, id) =>
        s.sql(`${sql}${id}`, { rows: 2, at: ['sequelize', `src/article.js:${line} toJson`] }),
      );
    for (const span of story.spans) span.stack.at(-1)!.column = 14;
    return judge(story.trace(), { readLine: (_, at = 0) => lines[at - 1] })[0]?.suggestion;
  };
  t.equal(
    adviceAt(2, '"Tag"."name"'),
    'Load it with its parents: `include` in the findAll at src/articles.js:31.',
  );
  t.equal(
    adviceAt(3, 'count("Tag"."id") AS "count"'),
    'Count for all parents at once, before the loop: the same for all values of `articleId`, grouped by it; then pick each answer from a Map.',
  );
  t.end();
});

test('what an ORM asks again before it writes is not repeated by the app', (t) => {
  const sql = 'SELECT * FROM pets WHERE id = $1';
  const kindsOf = (...methods: string[]) => {
    const story = new Story().each(methods, (s, method, n) =>
      s.sql(sql, {
        params: [7],
        ms: 3,
        at: ['typeorm', `src/pets.ts:${n < 1 ? 4 : 6} update`],
        detail: { via: method },
      }),
    );
    for (const [n, { stack }] of story.spans.entries()) stack[0]!.function = methods[n]!;
    return judge(story.trace()).map(({ kind }) => kind);
  };
  t.same(kindsOf('Repository.findOne', 'Repository.save', 'Repository.save'), []);
  t.same(kindsOf('Repository.findOne', 'Repository.findOne', 'Repository.remove'), ['same-query']);
  t.end();
});

test('queries at once ask for too many connections only where they are more than the pool has', (t) => {
  const adviceOf = (max: number) => {
    const story = new Story().all(upTo(8), (s, id) =>
      s.sql('SELECT * FROM users WHERE id = $1', {
        params: [id],
        wait: 150,
        detail: { pool: { max, open: max, idle: 0, waiting: 9 } },
        at: 'src/users.js:4 list',
      }),
    );
    const found = judge(story.trace(), { limits: { loop: 99 } });
    return found.find(({ kind }) => kind === 'pool-wait')?.suggestion;
  };
  t.match(adviceOf(5), /^The 8 queries that start at once at src\/users\.js:4 need more connections/);
  t.match(adviceOf(10), /^Hold connections for a shorter time/);
  t.end();
});

test('two queries could be parallel, the first of them made before any await', (t) => {
  const trace = new Story()
    .sql('SELECT count(*) FROM users', { rows: 1, ms: 40, at: ['src/a.js:3 page', 'src/server.js:9 handle'] })
    .sql('SELECT count(*) FROM posts', { rows: 1, ms: 40, at: ['src/a.js:4 page', 'src/server.js:9 handle'] })
    .trace();
  // After an await the caller's frame is at the await's column.
  const [first, second] = trace.spans;
  const resumed = second!.stack.map((frame, at) => (at === 1 ? { ...frame, column: 30 } : frame));
  const found = judge({ ...trace, spans: [first!, { ...second!, stack: resumed }] });
  t.same(
    found.map(({ kind, site, spans }) => [kind, site, spans]),
    [['could-be-parallel', 'src/a.js:3', [0, 1]]],
  );
  t.end();
});

test('no two queries could be parallel of which one is in a guard, or decides about the other', (t) => {
  const found = (source: string, ...lines: number[]) => {
    const story = lines.reduce(
      (s, line, n) =>
        s.sql(`SELECT count(*) FROM t${n}`, { rows: 1, ms: 40, at: `src/a.ts:${line} <anonymous>` }),
      new Story(),
    );
    const readLine = (_: unknown, line = 0) => source.split('\n')[line - 1];
    return judge(story.trace(), { readLine }).map(({ kind }) => kind);
  };
  const middleware =
    'const authed = use(async () => {\n  a = await one();\n});\nlist = authed.query(() =>\n  db.two());';
  t.same(found(middleware, 2, 5), []);
  t.same(found('a=await one();\nif (!a) throw none;\nconst b = await two();', 1, 3), []);
  t.same(found('a=await one();\nif (!x) throw none;\nconst b = await two();', 1, 3), ['could-be-parallel']);
  t.end();
});

test('what runs at the same time takes no longer than the request', (t) => {
  const atOnce = (sql: string, of: (id: number) => unknown[]) =>
    new Story().all(upTo(20), (s, id) => s.sql(sql, { params: of(id), rows: 1, ms: 10, at: 'src/a.js:3 a' }));
  const repeated = atOnce(USER, () => [7]);
  const missing = new Story().all(upTo(20), (s) =>
    s.sql('SELECT * FROM gone', { ms: 10, error: '42P01: gone', at: 'src/a.js:3 a' }),
  );
  for (const story of [atOnce(USER, (id) => [id]), repeated, missing]) {
    const trace = story.trace();
    const [finding] = judge(trace);
    t.ok(finding!.ms > 9 && finding!.ms <= trace.duration!, `${finding!.kind}: ${finding!.ms}`);
  }
  t.end();
});

test('a concurrent loop without a site during a GraphQL operation is made by resolvers', (t) => {
  const story = new Story({ at: ['knex'] }).all(upTo(6), (s, id) =>
    s.sql(USER, { params: [id], rows: 1, ms: 4 }),
  );
  story.spans.push({ kind: 'graphql', library: 'graphql', name: 'query', start: 0, duration: 40, stack: [] });
  const [finding] = judge(story.trace());
  t.equal(
    finding!.message,
    '`SELECT … users` ran 6 times with other values each time, at the same time: 4.1ms; no line of the app was on the stack',
  );
  t.equal(
    finding!.suggestion,
    "Put a DataLoader into the resolver, so that all parents ask once: `.whereIn('id', values)`.",
  );
  t.end();
});

test('alternating statements each have a suggestion', (t) => {
  const { trace } = bad.find(({ name }) => name === 'a loop of two reads and a write')!;
  t.match(
    judge(trace)[0]!.suggestion,
    /^src\/orders\.js:47: ask once, .*`WHERE id = ANY\(\$1\)`.* src\/orders\.js:48: ask once, .*`WHERE order_id = ANY\(\$1\)`.* src\/orders\.js:49: update all at once/,
  );
  t.end();
});

test('an id stays when lines move, and differs by route, function and statement', (t) => {
  const id = (at: string, more = {}) => judge(loop(at).trace(more))[0]!.id;
  t.equal(id('src/orders.js:47 listOrders'), id('src/orders.js:90 listOrders'));
  t.not(id('src/orders.js:47 listOrders'), id('src/orders.js:47 listItems'));
  t.not(id('src/orders.js:47 listOrders'), id('src/items.js:47 listOrders'));
  t.not(id('src/orders.js:47 listOrders'), id('src/orders.js:47 listOrders', { route: '/items' }));
  const twice = loop('src/orders.js:47 listOrders').each(upTo(9), (s, n) =>
    s.sql(USER, { params: [n], rows: 1, at: 'src/orders.js:60 listOrders' }),
  );
  t.equal(new Set(judge(twice.trace()).map((finding) => finding.id)).size, 2, 'two loops in one function');
  t.end();
});

test('a comment on the line, or alone above it, ignores findings', (t) => {
  const kinds = (lines: Record<number, string>) =>
    judge(loop().trace(), { readLine: (frame: Frame, line = frame.line) => lines[line] }).map(
      ({ kind }) => kind,
    );
  t.same(kinds({ 47: 'await load(id);' }), ['n+1']);
  t.same(kinds({ 47: 'await load(id); // scooby-ignore' }), []);
  t.same(kinds({ 47: 'await load(id); // scooby-ignore n+1' }), []);
  t.same(
    kinds({ 47: 'await load(id); // scooby-ignore duplicate, n+1: there are never more than three' }),
    [],
  );
  t.same(kinds({ 47: 'await load(id); /* scooby-ignore n+1 */' }), []);
  t.same(kinds({ 47: 'await load(id); // scooby-ignore duplicate' }), ['n+1']);
  t.same(kinds({ 46: '  // scooby-ignore n+1' }), []);
  t.same(kinds({ 46: 'other(); // scooby-ignore n+1' }), ['n+1']);
  t.same(kinds({ 47: "await load('scooby-ignore');" }), ['n+1']);
  t.end();
});

test('config ignores by kind, route, site, statement and id', (t) => {
  const trace = loop().trace({ route: '/orders/:id' });
  const [{ id } = { id: '' }] = judge(trace);
  const left = (...ignore: object[]) => judge(trace, { ignore }).length;
  t.equal(left({ kind: 'n+1' }), 0);
  t.equal(left({ kind: 'slow' }), 1);
  t.equal(left({ route: '/orders/*' }), 0);
  t.equal(left({ route: '/items' }), 1);
  t.equal(left({ site: 'src/' }), 0);
  t.equal(left({ site: 'src/orders.js:47', kind: 'n+1' }), 0);
  t.equal(left({ site: 'src/orders.js:47', kind: 'slow' }), 1);
  t.equal(left({ statement: 'FROM users' }), 0);
  t.equal(left({ statement: 'SELECT * FROM users' }), 0);
  t.equal(left({ statement: 'FROM orders' }), 1);
  t.equal(left({ site: 'src/*.js' }), 0);
  t.equal(left({ site: '*.ts' }), 1);
  t.equal(left({ route: '/*ers/:*' }), 0);
  t.equal(left({ route: '/orders/:id*d' }), 1, 'nothing is read twice');
  t.equal(left({ id }), 0);
  t.equal(left({}), 1);
  t.end();
});

test('limits can be set', (t) => {
  const trace = loop('src/orders.js:47 listOrders', 4).trace();
  t.same(judge(trace), []);
  t.same(
    judge(trace, { limits: { loop: 3 } }).map(({ kind }) => kind),
    ['n+1'],
  );
  t.same(
    judge(trace, { limits: { slow: { sql: 0.5 } } }).map(({ kind }) => kind),
    ['slow', 'slow'],
  );
  t.end();
});

test('any trace can be judged, and is not modified', (t) => {
  const next = random(11);
  const some = <T>(...from: T[]): T => from[Math.floor(next() * from.length)]!;
  for (let i = 0; i < 500; i++) {
    const story = new Story();
    for (let n = next() * 40; n > 0; n--) {
      story.now = next() * 1000;
      const kind = some('sql', 'cache', 'rpc', 'http', 'block') as 'sql';
      const name = some(
        '',
        'SELECT',
        'BEGIN',
        'COMMIT',
        'GET /',
        'get a',
        'SELECT * FROM t WHERE a IN (',
        'INSERT INTO t VALUES (1',
        '\0',
      );
      story[kind](name, {
        params: some<unknown>(undefined, [], [1], [[1, 2]], { a: 1 }, 'x', null),
        at: some<string[]>([], ['src/a.js:1'], ['pg'], ['src/a.js:1 f', 'src/b.js:2 g']),
        ...(next() < 0.3 && { rows: some(0, 1, 5000) }),
        ...(next() < 0.2 && { error: some('', 'x') }),
        ...(next() < 0.2 && { wait: some(0, 90) }),
      });
    }
    const trace = story.trace({ status: some(200, 500), state: some('done', 'died', 'open') });
    const before = JSON.stringify(trace);
    for (const { confidence, spans, ms } of judge(trace)) {
      if (!(confidence > 0 && confidence < 1) || spans.some((at) => !trace.spans[at]) || !(ms >= 0))
        return t.fail(before);
    }
    if (JSON.stringify(trace) !== before) return t.fail('changed');
  }
  t.pass('five hundred');
  t.end();
});

test('calls after the response have a call site and a shape, and no findings', (t) => {
  const during = loop().trace();
  t.equal(judge(during).length, 1);
  const recorded = structuredClone(during);
  for (const span of recorded.spans.slice(1)) span.afterResponse = true;
  const { findings, spans } = finishTrace(recorded, () => undefined);
  t.same(findings, []);
  t.same(
    [spans.at(-1)!.site, spans.at(-1)!.shape.text],
    ['src/orders.js:47', 'SELECT * FROM users WHERE id = ?'],
  );
  t.end();
});

test('what blocked the event loop is named, and who waited for it', (t) => {
  const at = 'src/report.ts:88 buildCsv';
  const messageOf = (story: Story) => judge(story.trace())[0]?.message;
  const seen = (name: string) => new Story().seenBlock(name, { ms: 300, at });
  t.equal(
    messageOf(seen('buildCsv')),
    'buildCsv at src/report.ts:88 blocked the event loop for 300ms; meanwhile no request was answered',
  );
  t.equal(
    messageOf(seen('RegExp.test')),
    'buildCsv at src/report.ts:88 blocked the event loop for 300ms, in `RegExp.test`; meanwhile no request was answered',
  );
  const waited = (name: string, detail: object, line = at) =>
    messageOf(new Story().blocked(name, { ms: 180, at: line, detail: { ...detail } }));
  const by = { trace: '3f2a91bc-0000-4000-8000-000000000000', request: 'GET /report' };
  t.equal(waited('buildCsv', by), 'Waited 180ms because GET /report ran buildCsv (src/report.ts:88)');
  t.equal(
    waited('JSON.parse', by),
    'Waited 180ms because GET /report ran `JSON.parse` in buildCsv (src/report.ts:88)',
  );
  t.equal(
    waited('event loop', by),
    'Waited 180ms because GET /report ran long code, with the call at src/report.ts:88',
  );
  t.equal(
    waited('buildCsv', {}),
    'Waited 180ms because code outside of requests ran buildCsv (src/report.ts:88)',
  );
  const [finding] = judge(new Story().blocked('buildCsv', { ms: 180, at, detail: by }).trace());
  t.equal(finding?.suggestion, 'Mend that request: `scooby show 3f2a91bc`.');
  t.same(judge(new Story().blocked('buildCsv', { ms: 40, at, detail: by }).trace()), [], 'too short');
  t.end();
});
