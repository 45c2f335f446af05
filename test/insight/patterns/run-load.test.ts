import { test } from 'tap';
import type { RecordedTrace } from '../../../src/domain/trace.js';
import { RunLoad } from '../../../src/insight/patterns/run-load.js';
import { UsualTimes } from '../../../src/insight/patterns/usual-times.js';
import { judge, Story, upTo } from '../story.js';

const USER = 'SELECT * FROM users WHERE id = $1';
const at = 'src/users.js:3 load';

/** A run whose requests are judged one after the other. */
class Run {
  readonly #config = { times: new UsualTimes(), load: new RunLoad() };

  /** Kinds of the findings. */
  judge(story: Story, id: string, more: Partial<RecordedTrace> = {}): string[] {
    return judge(story.trace({ id, ...more }), this.#config).map(({ kind }) => kind);
  }

  /** Judges requests without findings that take `ms`, from the beginning of the run. */
  crowd(count: number, ms: number): this {
    for (const n of upTo(count)) this.judge(new Story().sql('SELECT 1', { ms: 1 }).idle(ms), `crowd-${n}`);
    return this;
  }
}

test('a call that is fast alone is not slow among many requests', (t) => {
  const calls: [name: string, fast: Story, slow: Story][] = [
    [
      'sql',
      new Story().sql(USER, { params: [8], rows: 1, ms: 2, at }),
      new Story().sql(USER, { params: [7], rows: 1, ms: 900, at }),
    ],
    [
      'a request',
      new Story().http('GET http://geo/city', { ms: 4, at }),
      new Story().http('GET http://geo/city', { ms: 1400, at }),
    ],
    [
      'a key',
      new Story().cache('get user:8', { ms: 1, at, detail: { hit: true } }),
      new Story().cache('get user:7', { ms: 200, at, detail: { hit: true } }),
    ],
  ];
  for (const [name, fast, slow] of calls) {
    const run = new Run();
    t.same(run.judge(slow, 'first'), ['slow'], `${name}: nothing else is known`);
    run.judge(fast, 'fast', { start: 90_000 });
    t.same(run.crowd(2, 2000).judge(slow, 'two'), ['slow'], `${name}: two others are no crowd`);
    t.same(run.crowd(8, 2000).judge(slow, 'many'), [], name);
    t.same(run.judge(slow, 'later', { start: 50_000 }), ['slow'], `${name}: when the others are over`);
  }
  t.end();
});

test('what is slow at any time, what waits for a lock, and another URL stay slow among many', (t) => {
  const run = new Run().crowd(8, 2000);
  t.same(run.judge(new Story().sql(USER, { params: [7], rows: 1, ms: 900, at }), 'a'), ['slow']);
  const writes = ['UPDATE users SET a = $1 WHERE id = $2', 'SELECT * FROM users WHERE id = $1 FOR UPDATE'];
  for (const [n, sql] of writes.entries()) {
    run.judge(new Story().sql(sql, { params: [7], rows: 1, ms: 2, at }), `fast-${n}`, { start: 90_000 });
    t.same(
      run.judge(new Story().sql(sql, { params: [7], rows: 1, ms: 900, at }), `slow-${n}`),
      ['slow'],
      sql,
    );
  }
  run.judge(new Story().http('GET http://geo/city', { ms: 4, at }), 'b', { start: 90_000 });
  t.same(run.judge(new Story().http('GET http://geo/world', { ms: 1400, at }), 'c'), ['slow']);
  t.end();
});

test('a block of another request excuses what its span does not tell', (t) => {
  const block = () => new Story().block({ ms: 800, at: 'src/report.js:12 render' });
  const app = { pid: 1, command: 'node app.js', cwd: '/srv', node: 'v20.0.0' };
  const victims: [name: string, story: () => Story][] = [
    ['slow', () => new Story().sql('INSERT INTO a VALUES (1)', { ms: 700, at })],
    [
      'pool-wait',
      () =>
        new Story().sql(USER, {
          params: [1],
          rows: 1,
          wait: 600,
          at,
          detail: { pool: { max: 10, open: 10, idle: 0, waiting: 3 } },
        }),
    ],
    [
      'transaction',
      () =>
        new Story({ detail: { connection: 1 } })
          .sql('BEGIN', { at })
          .each(['a', 'b', 'c', 'd'], (s, table) =>
            s.sql(`UPDATE ${table} SET n = 1`, { at, ms: 270, rows: 1 }),
          )
          .sql('COMMIT', { at }),
    ],
    [
      'could-be-parallel',
      () =>
        new Story()
          .sql('SELECT count(*) FROM a', { ms: 260, rows: 1, at: 'src/home.js:3 home' })
          .sql('SELECT count(*) FROM b', { ms: 260, rows: 1, at: 'src/home.js:4 home' }),
    ],
  ];
  for (const [kind, story] of victims) {
    t.same(new Run().judge(story(), 'alone', { app }), [kind]);
    const run = new Run();
    t.same(run.judge(block(), 'blocks', { app }), ['event-loop']);
    t.same(run.judge(story(), 'waits', { app }), [], kind);
    const others = { ...app, pid: 2 };
    t.same(run.judge(story(), 'other process', { app: others }), [kind], `${kind} in another process`);
  }
  t.end();
});

test('beside more requests than connections a wait for one has to be a third of the request', (t) => {
  const story = (wait: number, idle: number) =>
    new Story()
      .sql(USER, {
        params: [1],
        rows: 1,
        wait,
        at,
        detail: { pool: { max: 3, open: 3, idle: 0, waiting: 2 } },
      })
      .idle(idle);
  t.same(new Run().judge(story(100, 600), 'alone'), ['pool-wait']);
  t.same(new Run().crowd(2, 2000).judge(story(100, 600), 'two others'), ['pool-wait']);
  t.same(new Run().crowd(3, 2000).judge(story(100, 600), 'many'), []);
  t.same(new Run().crowd(3, 2000).judge(story(300, 400), 'longer'), ['pool-wait']);
  t.end();
});

test('queries that each are fast in other requests are not told to run at once', (t) => {
  const story = (ms: number) =>
    new Story()
      .sql('SELECT count(*) FROM a', { ms, rows: 1, at: 'src/home.js:3 home' })
      .sql('SELECT count(*) FROM b', { ms, rows: 1, at: 'src/home.js:4 home' });
  const run = new Run();
  t.same(run.judge(story(40), 'first'), ['could-be-parallel']);
  run.judge(story(2), 'fast');
  t.same(run.judge(story(40), 'again'), []);
  t.end();
});

test('requests that have not ended count from their beginning on', (t) => {
  const open = [
    { id: 'a', start: 10 },
    { id: 'b', start: 60 },
    { id: 'c', start: 900 },
  ];
  const load = new RunLoad(() => open);
  const trace = new Story().sql(USER, { ms: 5, at }).trace({ id: 'b' });
  t.equal(load.othersDuring({ ...trace, start: 0 }, { start: 0, end: 100 }), 0.9);
  t.end();
});

test('a request that is judged again does not count twice', (t) => {
  const load = new RunLoad();
  const trace = new Story().sql(USER, { ms: 5, at }).trace({ id: 'a', duration: 100 });
  load.observe(trace, []);
  load.observe(trace, []);
  const other = { ...trace, id: 'b' };
  t.equal(load.othersDuring(other, { start: 0, end: 50 }), 1);
  t.equal(load.othersDuring(trace, { start: 0, end: 50 }), 0, 'nor beside itself');
  t.end();
});
