import { mock } from 'node:test';
import { test } from 'tap';
import { type EarlyLine, EarlyLines } from '../../src/collector/early-lines.js';

const process = { pid: 7, thread: 0, command: 'node', cwd: '/', node: 'v20', origin: 0 };
const anEarly = (n: number, text = ''): EarlyLine => ({ process, line: { t: 'withdrawn', id: text, n } });
const numbers = (lines: EarlyLine[]) => lines.map(({ line }) => 'n' in line && line.n);

test('the lines of a request are given back once, in their order', (t) => {
  const early = new EarlyLines();
  for (const [id, n] of [
    ['a', 1],
    ['b', 2],
    ['a', 3],
  ] as const)
    early.add(id, anEarly(n));
  t.same(numbers(early.take('a')), [1, 3]);
  t.same(early.take('a'), []);
  t.same(numbers(early.take('b')), [2]);
  t.end();
});

test('lines are forgotten after ten seconds, and the oldest above 32 MB', (t) => {
  let now = 0;
  mock.method(performance, 'now', () => now);
  t.teardown(() => mock.restoreAll());
  const early = new EarlyLines();
  early.add('old', anEarly(1));
  now = 10_000;
  const large = 'x'.repeat(20 * 1024 * 1024);
  for (const [n, id] of ['a', 'b', 'c'].entries()) early.add(id, anEarly(n, large));
  t.same([early.take('old'), numbers(early.take('a')), numbers(early.take('b'))], [[], [], []]);
  t.same(numbers(early.take('c')), [2]);
  t.end();
});
