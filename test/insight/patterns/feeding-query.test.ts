import { test } from 'tap';
import type { ReadLine } from '../../../src/insight/calls/loop-line.js';
import { judge, Story, upTo } from '../story.js';

const SECRET = 'GET http://auth.test/introspect?token=REDACTED';

function kindsOf(line: string, status = 200, ms = 0): string[] {
  const readLine: ReadLine = (_, other) => (other === undefined || other === 47 ? line : undefined);
  const story = new Story().each(upTo(6), (s, n) =>
    s.http(SECRET, { at: 'src/a.js:47 check', detail: { status: n === 6 ? 200 : status } }).idle(ms),
  );
  for (const { stack } of story.spans) stack[0]!.column = line.indexOf('fetch') + 1;
  return judge(story.trace(), { readLine }).map(({ kind }) => kind);
}

test('calls that differ in a secret only are a loop where the text goes through a list', (t) => {
  t.same(kindsOf('for (const token of tokens) await fetch(url + token);'), ['n+1-http']);
  t.same(kindsOf('await Promise.all(tokens.map((token) => fetch(url + token)));'), ['n+1-http']);
  t.same(kindsOf('while (!ok) ok = await fetch(url + token);'), []);
  t.same(kindsOf('for (const ms of [1, 2, 4, 8]) await fetch(url + token);', 503), [], 'tried again');
  t.same(kindsOf('for (const ms of [1, 2, 4, 8]) await fetch(url + token);', 200, 80), [], 'polling');
  t.end();
});
