import { test } from 'tap';
import { sourceHintsOf } from '../../../src/insight/advice/source-hints.js';
import { aFrame } from '../../factory.js';

test('a frame’s source is read again where its reader has another text, and shared where it has not', (t) => {
  const frame = aFrame({ line: 2, column: 1 });
  const readerOf = (text: string) => (_: unknown, line?: number) => text.split('\n')[line! - 1];
  const first = sourceHintsOf(frame, readerOf('for (;;)\npool.query(a);'));
  t.equal(first.call, 'pool.query(a)');
  t.equal(sourceHintsOf(frame, readerOf('for (;;)\npool.query(a);')), first);
  const second = sourceHintsOf(frame, readerOf('while (b)\ndb.find(b);'));
  t.equal(second.call, 'db.find(b)');
  t.equal(second.before.at(-2), 'while (b)');
  t.end();
});
