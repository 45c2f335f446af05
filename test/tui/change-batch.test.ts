/** Batches of changes: one call of the listeners per operation. */

import { test } from 'tap';
import { ChangeBatch } from '../../src/tui/change-batch.js';

function setup() {
  const calls: string[] = [];
  const batch = new ChangeBatch(() => calls.push('invalidate'));
  batch.subscribe(() => calls.push('listener'));
  return { batch, calls };
}

test('a change outside a batch calls the listeners at once', (t) => {
  const { batch, calls } = setup();
  batch.change();
  t.same(calls, ['invalidate', 'listener']);
  t.end();
});

test('changes of nested batches call the listeners once, at the end of the outer batch', (t) => {
  const { batch, calls } = setup();
  batch.run(() => {
    batch.change();
    batch.run(() => batch.change());
    t.equal(batch.isOpen, true);
    t.same(calls, ['invalidate', 'invalidate']);
  });
  t.equal(batch.isOpen, false);
  t.same(calls, ['invalidate', 'invalidate', 'invalidate', 'listener']);
  t.end();
});

test('a batch without a change calls no listener, even after one that had changes', (t) => {
  const { batch, calls } = setup();
  batch.run(() => batch.change());
  calls.length = 0;
  batch.run(() => {});
  t.same(calls, []);
  t.end();
});

test('a batch that throws is closed', (t) => {
  const { batch, calls } = setup();
  t.throws(() =>
    batch.run(() => {
      throw new Error('boom');
    }),
  );
  t.equal(batch.isOpen, false);
  t.same(calls, []);
  t.end();
});

test('a removed listener and one of a closed batch are not called', (t) => {
  const { batch, calls } = setup();
  const unsubscribe = batch.subscribe(() => calls.push('removed'));
  unsubscribe();
  batch.change();
  t.same(calls, ['invalidate', 'listener']);
  batch.close();
  batch.change();
  t.same(calls, ['invalidate', 'listener', 'invalidate']);
  t.end();
});
