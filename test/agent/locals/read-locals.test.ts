/** Variables of running functions, seen from inside. */

import * as inspector from 'node:inspector';
import { test } from 'tap';
import { readLocals } from '../../../src/agent/locals/read-locals.cjs';
import { closeSession, openSession, postOrThrow } from '../../../src/agent/profile/profiler.cjs';

test('nothing is read, and nothing pauses, once a debugger may be attached', (t) => {
  const session = openSession() as inspector.Session;
  postOrThrow(session, 'Debugger.enable');
  t.teardown(() => closeSession(session));
  function wrapper() {
    return readLocals(session, wrapper);
  }
  function app(count: number) {
    const read = wrapper();
    return read.map(([frame, { count: text }]) => [frame, text, count]);
  }
  t.same(app(3)[0], [0, '3', 3]);
  inspector.open(0);
  t.teardown(() => inspector.close());
  t.same(app(4), []);
  t.end();
});
