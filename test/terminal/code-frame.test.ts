import { test } from 'tap';
import { codeFrame, codeText, splitLines } from '../../src/terminal/code-frame.js';

test('a code frame is the line and its neighbours, without common indentation', (t) => {
  const lines = splitLines('a\n  b\r\n\tc\r    d\n\n');
  t.same(codeFrame(lines, 3, 1), [
    { line: 2, gutter: '2 │ ', text: 'b', isCurrent: false },
    { line: 3, gutter: '3 │ ', text: 'c', isCurrent: true },
    { line: 4, gutter: '4 │ ', text: '  d', isCurrent: false },
  ]);
  t.same(codeFrame(lines, 1, 0), [{ line: 1, gutter: '1 │ ', text: 'a', isCurrent: true }]);
  t.same(
    codeFrame(lines, 5, 1).map(({ text }) => text),
    ['d', '', ''],
  );
  t.same(codeFrame(lines, 7, 1), []);
  t.same(codeFrame(lines, 0, 1), []);
  t.end();
});

test('the numbers of a frame are as wide as its longest', (t) => {
  const lines = Array.from({ length: 12 }, (_, n) => `line ${n + 1}`);
  t.same(
    codeFrame(lines, 9, 1).map(({ gutter }) => gutter),
    [' 8 │ ', ' 9 │ ', '10 │ '],
  );
  t.end();
});

test('code contains no terminal control', (t) => {
  t.equal(codeText("\tlog('\x1b[31m')  "), "  log('\\x1b[31m')");
  t.end();
});
