import { test } from 'tap';
import { dedentText, wrapText } from '../../src/terminal/wrap.js';

test('a statement keeps its lines, without the indentation of the code around it', (t) => {
  const statement = '\n      SELECT *\n        FROM a\n\n       WHERE b\x1b[2J\n    ';
  t.same(dedentText(statement), ['SELECT *', ' FROM a', '', 'WHERE b\\x1b[2J']);
  t.same(dedentText('SELECT 1\r\n\tFROM a'), ['SELECT 1', 'FROM a']);
  t.same(dedentText('SELECT 1'), ['SELECT 1']);
  t.same(dedentText('  \n '), []);
  t.end();
});

test('a long line is wrapped between words and indented', (t) => {
  t.same(wrapText('  one two three four five six', 22), ['  one two three four', '    five six']);
  t.same(wrapText('one', 3), ['one']);
  t.same(wrapText('one two', Infinity), ['one two']);
  t.end();
});

test('a word longer than the row is split, without loss', (t) => {
  const word = 'abcdefghij'.repeat(5);
  const lines = wrapText(`x ${word}`, 24);
  t.ok(lines.every((line) => line.length <= 24));
  t.equal(lines.map((line) => line.trim()).join(''), `x${word}`);
  t.same(wrapText('日本語'.repeat(5), 24), ['日本語日本語日本語日本語', '  日本語']);
  t.equal(
    wrapText(word, 1)
      .map((line) => line.trim())
      .join(''),
    word,
  );
  t.equal(
    wrapText('👍'.repeat(30), 21)
      .map((line) => line.trim())
      .join(''),
    '👍'.repeat(30),
  );
  t.end();
});
