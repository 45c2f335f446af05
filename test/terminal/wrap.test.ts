import { test } from 'tap';
import { dedented, wrapped } from '../../src/terminal/wrap.js';

test('a statement keeps its lines, without the indentation of the code around it', (t) => {
  const statement = '\n      SELECT *\n        FROM a\n\n       WHERE b\x1b[2J\n    ';
  t.same(dedented(statement), ['SELECT *', ' FROM a', '', 'WHERE b\\x1b[2J']);
  t.same(dedented('SELECT 1\r\n\tFROM a'), ['SELECT 1', 'FROM a']);
  t.same(dedented('SELECT 1'), ['SELECT 1']);
  t.same(dedented('  \n '), []);
  t.end();
});

test('a long line is broken between words and indented further', (t) => {
  t.same(wrapped('  one two three four five six', 22), ['  one two three four', '    five six']);
  t.same(wrapped('one', 3), ['one']);
  t.same(wrapped('one two', Infinity), ['one two']);
  t.end();
});

test('a word that is too long is cut where the line ends, and nothing is lost', (t) => {
  const word = 'abcdefghij'.repeat(5);
  const lines = wrapped(`x ${word}`, 24);
  t.ok(lines.every((line) => line.length <= 24));
  t.equal(lines.map((line) => line.trim()).join(''), `x${word}`);
  t.same(wrapped('日本語'.repeat(5), 24), ['日本語日本語日本語日本語', '  日本語']);
  t.equal(
    wrapped(word, 1)
      .map((line) => line.trim())
      .join(''),
    word,
  );
  t.equal(
    wrapped('👍'.repeat(30), 21)
      .map((line) => line.trim())
      .join(''),
    '👍'.repeat(30),
  );
  t.end();
});
