import { test } from 'tap';
import { colouredStyle, plainStyle, styleOf } from '../../src/terminal/style.js';

test('the style follows the colour depth of the stream', (t) => {
  t.equal(styleOf({ colour: 'none' }), plainStyle);
  t.equal(styleOf({ colour: '16' }), colouredStyle);
  t.equal(styleOf({ colour: 'truecolor' }), colouredStyle);
  t.end();
});

test('a role is one of the sixteen colours, followed by a reset', (t) => {
  t.equal(colouredStyle('error', 'x'), '\x1b[31mx\x1b[0m');
  t.equal(colouredStyle(undefined, 'x'), 'x');
  t.equal(colouredStyle('ok', ''), '');
  t.equal(plainStyle('error', 'x'), 'x');
  t.end();
});
