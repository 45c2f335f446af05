/** Locals of a call, as they are stored. */

import { test } from 'tap';
import { localsOf } from '../../src/domain/locals.js';

const frame = { function: 'f', file: 'a.js', line: 1, column: 1, application: true };

test('locals are those of frames that the stack has; anything else in their place is none', async (t) => {
  t.same(localsOf({ stack: [frame], detail: { locals: [[0, { id: '7' }]] } }), [
    { frame, variables: [['id', '7']] },
  ]);
  for (const locals of [undefined, 'x', [1], [[7, {}]], [[0, null]], [['__proto__', { a: '1' }]]])
    t.same(localsOf({ stack: [frame], detail: { locals } }), []);
  t.same(localsOf({ stack: [frame], detail: { locals: [[0, { a: 1, b: '2' }]] } }), [
    { frame, variables: [['b', '2']] },
  ]);
});
