import { test } from 'tap';
import { UsualTimes } from '../../../src/insight/patterns/usual-times.js';
import { judge, Story } from '../story.js';

const adviceOf = (name: string) => judge(new Story().sql(name, { ms: 900 }).trace())[0]!.suggestion;

test('an index is spoken of where a statement has a condition, an order or a join', (t) => {
  for (const name of [
    'SELECT * FROM logs WHERE level = $1',
    'SELECT * FROM logs ORDER BY at',
    'SELECT a.id FROM a JOIN b ON b.a = a.id',
  ])
    t.match(adviceOf(name), /an index is missing/, name);
  t.match(adviceOf('SELECT * FROM logs'), /no index would help/);
  t.match(adviceOf('UPDATE logs SET seen = true WHERE level = $1'), /without an index on what its condition/);
  t.match(adviceOf('DELETE FROM logs'), /no index would help/);
  t.end();
});

test('no index is spoken of where a statement reads no table, or adds rows', (t) => {
  const none = 'It reads no table: look at the function that it calls, and at what that waits for.';
  t.equal(adviceOf('SELECT build_report($1)'), none);
  t.equal(adviceOf('SELECT 1'), none);
  const added =
    'Look at what it waits for: rows that another transaction has locked, triggers, foreign keys whose tables have to be looked at, or how many rows it writes at once.';
  t.equal(adviceOf('INSERT INTO logs (level) VALUES ($1)'), added);
  t.equal(adviceOf('INSERT INTO logs SELECT * FROM old_logs WHERE level = $1'), added);
  t.end();
});

test('a password hash waits for nothing: its parameters are spoken of', (t) => {
  const trace = new Story().rpc('hash', { ms: 1200, library: 'argon2' }).trace();
  const spans = trace.spans.map((span) => ({ ...span, kind: 'hash' }));
  const [finding] = judge({ ...trace, spans }, { limits: { slow: { hash: 1000 } } });
  t.match(finding, { kind: 'slow', suggestion: /^A password hash is slow on purpose/ });
  t.end();
});

test('what bcryptjs keeps waiting between its pieces is not slow, and neither is the hash twice', (t) => {
  const story = new Story();
  story.cache('set session:1', { ms: 300, at: 'src/users.js:8 login' });
  story.now = 1;
  story.rpc('bcryptjs.compare', { ms: 1300, library: 'bcryptjs', at: 'src/users.js:9 login' });
  const trace = story.trace();
  const spans = trace.spans.map((span) =>
    span.library === 'bcryptjs' ? { ...span, kind: 'hash', detail: { inPieces: true } } : span,
  );
  const found = judge({ ...trace, spans }, { limits: { slow: { cache: 100, hash: 1000 } } });
  t.same(
    found.map(({ kind, site }) => `${kind} ${site}`),
    ['event-loop src/users.js:9'],
  );
  t.end();
});

test('of a cache that was fast in another request no index is spoken of', (t) => {
  const times = new UsualTimes();
  const asked = (ms: number) => new Story().cache('get user:7', { ms }).trace();
  t.match(judge(asked(300), { times }), [{ kind: 'slow', suggestion: /^Look at the size of the value/ }]);
  judge(asked(30), { times });
  const [finding] = judge(asked(300), { times });
  t.equal(
    finding?.suggestion,
    'It took 30ms in another request: look for what ran at the same time, the code of the app, which keeps answers waiting.',
  );
  t.end();
});

test('a hash that took as long as its parameters say in another request is not slow', (t) => {
  const times = new UsualTimes();
  const hashed = (ms: number) => {
    const trace = new Story().rpc('argon2.hash', { ms, library: 'argon2' }).trace();
    const spans = trace.spans.map((span) => ({ ...span, kind: 'hash' }));
    return judge({ ...trace, spans }, { times, limits: { slow: { hash: 1000 } } }).map(({ kind }) => kind);
  };
  t.same(hashed(1200), ['slow']);
  hashed(600);
  t.same(hashed(1200), ['slow'], 'never far from it');
  hashed(180);
  t.same(hashed(1200), []);
  t.end();
});
