import { test } from 'tap';
import { digest, summary } from './report.js';

const TAP = `TAP version 14
1..2
# Subtest: dist/test/good.test.js
    # Subtest: adds
        ok 1 - should be equal
        1..1
    ok 1 - adds # time=4ms
    1..1
ok 1 - dist/test/good.test.js # time=12ms
# Subtest: dist/test/bad.test.js
    # Subtest: subtracts
        ok 1 - should be equal
        not ok 2 - should be 3
          ---
          diff: |
            -3
          ...
        1..2
    not ok 1 - subtracts # time=4ms
    1..1
not ok 2 - dist/test/bad.test.js # time=13ms
  ---
  exitCode: 1
  ...

# { total: 3, pass: 2, fail: 1 }
# time=30ms
`;

test('a good file is one line, a bad one shows what failed', async (t) => {
  const lines = [];
  for await (const line of digest(from(TAP.split('\n')))) lines.push(line);
  t.same(lines, [
    'ok 1 - dist/test/good.test.js # time=12ms',
    '    # Subtest: subtracts',
    '        not ok 2 - should be 3',
    '          ---',
    '          diff: |',
    '            -3',
    '          ...',
    '    not ok 1 - subtracts # time=4ms',
    'not ok 2 - dist/test/bad.test.js # time=13ms',
    '  ---',
    '  exitCode: 1',
    '  ...',
  ]);
});

test("the last line is tap's own count", async (t) => {
  t.same(summary(TAP), { line: '2 passed, 1 failed', failed: 1 });
  t.same(summary('# { total: 9, pass: 9 }\n'), { line: '9 passed, 0 failed', failed: 0 });
  t.same(summary('# { total: 6, pass: 2, fail: 2, todo: 1, skip: 1 }\n'), {
    line: '2 passed, 2 failed, 2 skipped',
    failed: 2,
  });
});

test('a run that did not get to count has failed', async (t) => {
  t.same(summary(''), { line: '0 passed, 1 failed', failed: 1 });
});

async function* from(lines: string[]): AsyncGenerator<string> {
  yield* lines;
}
