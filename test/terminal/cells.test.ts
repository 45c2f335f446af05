import { test } from 'tap';
import {
  cellWidth,
  cleanLines,
  cleanText,
  cutLine,
  cutMiddle,
  cutText,
  fitsCells,
  fitText,
  graphemes,
  lineFits,
  lineText,
  lineWidth,
  wrapLine,
} from '../../src/terminal/cells.js';
import { asciiOf, paintLine, ROLES, themeOf } from '../../src/tui/view/theme.js';

test('widths in cells equal those of a terminal', (t) => {
  t.same(['abc', '日本語', 'é', 'e\u0301', '한글', '🇩🇪'].map(cellWidth), [3, 6, 1, 1, 4, 2]);
  t.end();
});

test('a text is cut at its end or in its middle, never through a wide character', (t) => {
  t.equal(cutText('/api/orders', 6), '/api/…');
  t.equal(cutText('日本語', 4), '日…');
  t.equal(cutText('日本語', 6), '日本語');
  t.equal(cutMiddle('/api/users/42/orders', 11), '/api/…rders');
  t.equal(cutMiddle('日本語日本語', 7), '日…本語');
  t.equal(fitText('日本', 6, 'right'), '  日本');
  t.equal(fitText('abcdef', 3), 'ab…');
  t.equal(fitText('abc', 0), '');
  t.end();
});

test('a line is cut and keeps its roles', (t) => {
  t.same(cutLine(['ab', ['cd', 'ok'], 'ef'], 4), ['ab', ['c…', 'ok']]);
  t.same(cutLine(['ab', ['cd', 'ok']], 4), ['ab', ['cd', 'ok']]);
  t.same(cutLine([['abcd', 'ok'], 'ef'], 4), [['abc…', 'ok']]);
  t.equal(lineWidth(['ab', ['日', 'dim']]), 4);
  t.end();
});

test('a long line continues in the next row, indented', (t) => {
  t.same(
    wrapLine(['abc', ['defgh', 'ok']], 5).map((line) => lineText(line)),
    ['abcde', '  fgh'],
  );
  const wrapped = (text: string, cells: number) => wrapLine([text], cells, 1).map((line) => lineText(line));
  t.same(wrapped(' ran one after the other: 59ms', 11), [' ran one', ' after the', ' other:', ' 59ms']);
  t.same(wrapped(' https://a.example/b then', 12), [' https://a.e', ' xample/b', ' then']);
  t.same(wrapped('日本 語日本', 6), ['日本', ' 語日', ' 本']);
  t.end();
});

test('cleaned text has no control characters and no characters of unsure width', (t) => {
  t.equal(cleanText('a\x1b[31mb\nc'), 'a\\x1b[31mb c');
  t.equal(cleanText('❤️ 👍🏽'), '❤ 👍');
  t.same(cleanLines('a\r\n\tb'), ['a', '  b']);
  t.same(graphemes('a日👍'), ['a', '日', '👍']);
  t.end();
});

test('only colours visible on light and dark are used, and no background', (t) => {
  const codes = [...new Set(Object.values(ROLES).flatMap((role) => role.split(';')))].sort();
  t.same(codes, ['1', '2', '31', '32', '33', '34', '35', '36', '7']);
  t.end();
});

test('a line is painted by role; without colour only weight and inverse remain', (t) => {
  const colour = themeOf({ colour: true, ascii: false });
  const none = themeOf({ colour: false, ascii: true });
  t.equal(paintLine(['a', ['b', 'error'], ['c', 'title']], 9, colour), 'a\x1b[31mb\x1b[0m\x1b[1mc\x1b[0m');
  t.equal(paintLine(['▌', ['b', 'error'], ['c', 'key']], 9, none), '>b\x1b[1mc\x1b[0m');
  t.equal(paintLine(['a', ['b', 'error']], 4, colour, 'selected'), '\x1b[7mab  \x1b[0m');
  t.equal(asciiOf('│─┴█░…●↑'), '|-+#..*^');
  t.equal(asciiOf('/api/ord…s'), '/api/o...s', 'in the place of three cells');
  t.equal(asciiOf('    … x'), '  ... x');
  t.equal(asciiOf('sort by … s'), 'sort by...s');
  t.equal(asciiOf('its plan …'), 'its plan..');
  t.equal(asciiOf('日…'), '日.');
  t.end();
});

test('a row with trailing spaces, or barely wider than its indent, does not exceed the width', (t) => {
  t.same(wrapLine(['word  '], 4).map(lineText), ['word']);
  t.same(wrapLine(['abcdef'], 4, 3).map(lineText), ['abcd', '  ef']);
  t.same(wrapLine(['ab'], 1).map(lineText), ['a', 'b']);
  t.end();
});

test('a mark that joins the character behind it stays before it where the middle is cut out', (t) => {
  const cut = cutMiddle('\\x00\u0890', 3);
  t.equal(cut, `\\…${'\\x00\u0890'.slice(-(cut.length - 2))}`);
  t.end();
});

test('a text of megabytes is cut as one that is as long as its row', (t) => {
  const wide = `é${'select * from orders where id in (1, 2, 3) '.repeat(50_000)}ende`;
  t.equal(cutText(wide, 10), 'éselect *…');
  t.equal(cutMiddle(wide, 10), 'ésele…ende');
  t.equal(lineText(cutLine([' ', [wide, 'dim'], 'after'], 8)), ' éselec…');
  t.equal(lineFits([' ', wide], 2_000), false);
  t.equal(lineFits([' ', 'é'], 2), true);
  t.equal(fitsCells('日本', 3), false);
  t.equal(fitsCells('日本', 4), true);
  // Marks without end on one letter take no cell: the text ends where no terminal would go on.
  t.equal(cutText(`a${'\u0301'.repeat(100_000)}b`, 4).endsWith('…'), true);
  t.end();
});
