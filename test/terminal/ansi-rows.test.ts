import { test } from 'tap';
import { AnsiRowParser } from '../../src/terminal/ansi-rows.js';
import { lineText } from '../../src/terminal/cells.js';
import { OutputLog } from '../../src/terminal/output-log.js';
import { paintLine, themeOf } from '../../src/tui/view/theme.js';

test('colours become roles until they are reset; other sequences are removed', (t) => {
  const printer = new AnsiRowParser();
  t.same(printer.write('\x1b[1;31mbad\x1b[0m \x1b]0;title\x07\x1b[2J\x1b[10;5Hok\x1b(B\x1bc\n'), [
    [['bad', 'sgr1', 'sgr31'], ' ok'],
  ]);
  t.same(printer.write('\x1b[32mone\ntwo\x1b[39m three\n'), [
    [['one', 'sgr32']],
    [['two', 'sgr32'], ' three'],
  ]);
  t.same(printer.write('\x1b[38;5;196mred\x1b[38;2;0;0;250mblue\x1b[48;5;2mon green\x1b[m.\n'), [
    [['red', 'sgr91'], ['blue', 'sgr94'], ['on green', 'sgr94', 'sgr42'], '.'],
  ]);
  t.end();
});

test('no sequence but colours reaches the terminal', (t) => {
  const printer = new AnsiRowParser();
  const rows = printer.write(
    '\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\ \x9b31m \x00\x1bP1$tq\x1b\\ \u202e\x1b[?1049h\x07\n',
  );
  t.equal(lineText(rows[0]!), 'link \\x9b31m \\x00 \\u{202e}\\x07');
  t.end();
});

test('a sequence and a line may be split anywhere between chunks', (t) => {
  const whole = 'a\x1b[31mb\x1b[0m\r\nc\x1b]0;t\x07d\n';
  const wanted = new AnsiRowParser().write(whole);
  for (let at = 1; at < whole.length; at++) {
    const printer = new AnsiRowParser();
    t.same(
      [...printer.write(whole.slice(0, at)), ...printer.write(whole.slice(at))].map(lineText),
      wanted.map(lineText),
    );
  }
  t.same(wanted, [['a', ['b', 'sgr31']], ['cd']]);
  t.end();
});

test('a character split between two chunks is measured as one character', (t) => {
  const printer = new AnsiRowParser();
  printer.write('1');
  t.same(printer.write('\ufe0f\u20e3\n'), [['1\u20e3']]);
  t.end();
});

test('a progress bar replaces its row', (t) => {
  const printer = new AnsiRowParser();
  t.same(printer.write('10%\r20%\r30%\ndone\n').map(lineText), ['30%', 'done']);
  t.same(printer.write('working\x1b[2K\x1b[1Gready\n').map(lineText), ['ready']);
  t.end();
});

test('a row is cut at its maximum length', (t) => {
  const [row] = new AnsiRowParser().write(`${'x'.repeat(100_000)}\n`);
  t.equal(lineText(row!).length, 8000);
  t.end();
});

test('without colour weight and inverse stay', (t) => {
  const [row] = new AnsiRowParser().write('\x1b[1;31mbad\x1b[0m\n');
  t.equal(paintLine(row!, 10, themeOf({ colour: true, ascii: false })), '\x1b[1;31mbad\x1b[0m');
  t.equal(paintLine(row!, 10, themeOf({ colour: false, ascii: false })), '\x1b[1mbad\x1b[0m');
  t.end();
});

test('output is kept up to a limit, wrapped at any width, and dropped rows are counted', (t) => {
  const log = new OutputLog();
  log.write('abcdef\nxy', 'out');
  log.write('a warning\n', 'scooby');
  t.same(log.wrappedRows(4).rows.map(lineText), [
    'abcd',
    '  ef',
    'scoo',
    '  by',
    '  :',
    '  a',
    '  wa',
    '  rn',
    '  in',
    '  g',
    'xy',
  ]);
  t.same(log.wrappedRows(20).rows.map(lineText), ['abcdef', 'scooby: a warning', 'xy']);
  log.write('z\n', 'out');
  t.equal(lineText(log.wrappedRows(20).rows.at(-1)!), 'xyz');
  log.write(Array.from({ length: 6000 }, (_, n) => `line ${n}\n`).join(''), 'err');
  const { first, rows } = log.wrappedRows(20);
  t.equal(first, 1003);
  t.equal(rows.length, 5000);
  t.equal(lineText(rows[0]!), 'line 1000');
  t.end();
});

test('a listener is called until it unsubscribes', (t) => {
  const log = new OutputLog();
  let told = 0;
  const stop = log.subscribe(() => told++);
  log.write('a', 'out');
  stop();
  log.write('b', 'out');
  t.equal(told, 1);
  t.end();
});
