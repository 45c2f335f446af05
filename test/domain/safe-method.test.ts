/** Methods that change nothing. */

import { test } from 'tap';
import { isSafeMethod } from '../../src/domain/safe-method.js';

test('GET, HEAD and OPTIONS are safe', (t) => {
  t.ok(isSafeMethod('GET'));
  t.ok(isSafeMethod('HEAD'));
  t.ok(isSafeMethod('OPTIONS'));
  t.notOk(isSafeMethod('POST'));
  t.notOk(isSafeMethod('get'));
  t.end();
});
