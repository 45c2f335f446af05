import { test } from 'tap';
import { KnownProcesses } from '../../src/collector/known-processes.js';
import type { AppConnection } from '../../src/collector/link-server.js';

const connection = (pid: number) => ({ pid }) as AppConnection;

test('a process is known, with how far it is read, until all of it is', (t) => {
  const known = new KnownProcesses();
  const [first, second] = [connection(1), connection(2)];
  const numbers = [known.add(first), known.add(second)];
  t.same(numbers, [1, 2]);
  t.equal(known.connectionOf(2), second);
  t.equal(known.read(1, { part: 1, offset: 0 }), false, 'nothing new');
  t.equal(known.read(1, { part: 1, offset: 70 }), true);
  t.equal(known.read(1, { part: 2, offset: 70 }), true, 'the next file');
  t.equal(known.read(9, { part: 1, offset: 70 }), false, 'of no process');
  t.same(known.left(first), [1]);
  t.same(known.left(connection(3)), []);
  t.same(
    [...known].map(([n, { hasLeft, position }]) => [n, hasLeft, position]),
    [
      [1, true, { part: 2, offset: 70 }],
      [2, false, { part: 1, offset: 0 }],
    ],
  );
  known.remove(1);
  t.equal(known.connectionOf(1), undefined);
  t.equal(known.add(first), 3, 'no number is used again');
  t.end();
});
