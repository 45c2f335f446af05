import { test } from 'tap';
import { coloured, plain, statusRole, wantsColour } from '../../src/cli/style.js';

test('colours are for terminals, unless the user says otherwise', (t) => {
  t.equal(wantsColour(true, {}, true), true);
  t.equal(wantsColour(true, {}, false), false, 'piped');
  t.equal(wantsColour(false, { FORCE_COLOR: '1' }, true), false, '--no-color');
  t.equal(wantsColour(true, { NO_COLOR: '1' }, true), false);
  t.equal(wantsColour(true, { NO_COLOR: '' }, true), true, 'an empty NO_COLOR says nothing');
  t.equal(wantsColour(true, { FORCE_COLOR: '1' }, false), true);
  t.equal(wantsColour(true, { FORCE_COLOR: '0' }, true), false);
  t.equal(wantsColour(true, { TERM: 'dumb' }, true), false);
  t.end();
});

test('a role is one of the sixteen colours, and closed again', (t) => {
  t.equal(coloured('error', 'x'), '\x1b[31mx\x1b[0m');
  t.equal(coloured(undefined, 'x'), 'x');
  t.equal(coloured('ok', ''), '');
  t.equal(plain('error', 'x'), 'x');
  t.same([undefined, 204, 302, 404, 503].map(statusRole), ['dim', 'ok', 'accent', 'warn', 'error']);
  t.end();
});
