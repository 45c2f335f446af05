import { test } from 'tap';
import { coloured, plain, styleOf } from '../../src/terminal/style.js';

test('what is painted is what the stream shows', (t) => {
  t.equal(styleOf({ colour: 'none' }), plain);
  t.equal(styleOf({ colour: '16' }), coloured);
  t.equal(styleOf({ colour: 'truecolor' }), coloured);
  t.end();
});

test('a role is one of the sixteen colours, and closed again', (t) => {
  t.equal(coloured('error', 'x'), '\x1b[31mx\x1b[0m');
  t.equal(coloured(undefined, 'x'), 'x');
  t.equal(coloured('ok', ''), '');
  t.equal(plain('error', 'x'), 'x');
  t.end();
});
