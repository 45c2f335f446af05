import { test } from 'tap';
import {
  escapeControls,
  escapeToOneLine,
  formatCount,
  formatMs,
  readableUrl,
  terminalSafeJson,
  valueText,
} from '../../src/domain/text.js';

test('a duration as text', (t) => {
  t.same([0.04, 9.949, 9.96, 312.4, 1240, 59_990, 125_000].map(formatMs), [
    '0.0ms',
    '9.9ms',
    '10ms',
    '312ms',
    '1.24s',
    '59.99s',
    '2m 05s',
  ]);
  t.end();
});

test('a count with its noun', (t) => {
  t.equal(formatCount(1, 'query', 'queries'), '1 query');
  t.equal(formatCount(1284, 'request'), '1,284 requests');
  t.end();
});

test('recorded text contains no terminal control', (t) => {
  t.equal(escapeControls('a\x1b[2Jb'), 'a\\x1b[2Jb');
  t.equal(escapeControls('\x1b]52;c;Zm9v\x07'), '\\x1b]52;c;Zm9v\\x07');
  t.equal(escapeControls('\u009d0;title\u009c'), '\\x9d0;title\\x9c');
  t.equal(escapeControls('a\u202eb\u2066c\u200bd'), 'a\\u{202e}b\\u{2066}c\\u{200b}d');
  t.equal(escapeControls('a\r\nb\tc\bd'), 'a\\x0d\nb\tc\\x08d');
  t.equal(escapeControls('lone \ud800 and whole 👍 日本語'), 'lone \\u{d800} and whole 👍 日本語');
  t.equal(escapeToOneLine(' select\n\t 1\x00 '), 'select 1\\x00');
  t.end();
});

test('terminal-safe JSON contains no terminal control and parses to the same value', (t) => {
  const value = { '\u009b31m': 'a\x1b[2J\x7f\u202e\u{e0001}日本語👍\ud800\n' };
  t.equal(
    terminalSafeJson(value),
    String.raw`{"\u009b31m":"a\u001b[2J\u007f\u202e\udb40\udc01日本語👍\ud800\n"}`,
  );
  t.same(JSON.parse(terminalSafeJson(value, 2)), value);
  t.equal(terminalSafeJson([1], 2), '[\n  1\n]');
  t.end();
});

test('a recorded value is on one line, list items separated', (t) => {
  t.equal(valueText('a\nb\x1b'), 'a b\\x1b');
  t.equal(valueText([7, "o'x\x1b", null, [1, 2], { a: '1' }]), `[7, "o'x\\u001b", null, [1,2], {"a":"1"}]`);
  t.equal(valueText({ a: [1] }), '{"a":[1]}');
  t.equal(valueText(undefined), 'undefined');
  t.end();
});

test('a URL is read decoded, but for what would change its parts or the terminal', (t) => {
  t.equal(readableUrl('/caf%C3%A9/%E6%97%A5%E6%9C%AC?q=a%20b'), '/café/日本?q=a b');
  for (const url of [
    '/a%2Fb?x=%26%3D',
    '/100%25',
    '/%2520',
    '/%ff',
    '/%1b[2J',
    '/%0a',
    '/%e2%80%ae',
    '/%',
    '/plain',
  ])
    t.equal(readableUrl(url), url);
  t.end();
});
