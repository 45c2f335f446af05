import { test } from 'tap';
import { codeFrame } from '../../src/insight/code-frame.js';

test('a code frame is the line and its neighbours', (t) => {
  const text = 'a\nb\r\nc\nd';
  t.same(codeFrame(text, 3, 1), [
    { line: 2, text: 'b', here: false },
    { line: 3, text: 'c', here: true },
    { line: 4, text: 'd', here: false },
  ]);
  t.same(codeFrame(text, 1, 0), [{ line: 1, text: 'a', here: true }]);
  t.same(codeFrame(text, 5, 1), []);
  t.same(codeFrame(text, 0, 1), []);
  t.end();
});
