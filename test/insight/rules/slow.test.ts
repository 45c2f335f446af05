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

test('a password hash waits for nothing: its parameters are spoken of', (t) => {
  const trace = new Story().rpc('hash', { ms: 1200, library: 'argon2' }).trace();
  const spans = trace.spans.map((span) => ({ ...span, kind: 'hash' }));
  const [finding] = judge({ ...trace, spans }, { limits: { slow: { hash: 1000 } } });
  t.match(finding, { kind: 'slow', suggestion: /^A password hash is slow on purpose/ });
  t.end();
});
