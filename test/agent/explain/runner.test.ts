import { test } from 'tap';
import {
  type ConnectionSource,
  rememberConnection,
  runExplainOrder,
} from '../../../src/agent/explain/runner.cjs';
import type { ExplainOrder } from '../../../src/domain/link.js';

const unreadable = Object.defineProperty({}, 'message', {
  get() {
    throw new Error('unreadable');
  },
});

/** A pool of a made-up library with its `acquire`, and an order for it. */
function explainOrder(
  library: string,
  acquire: ConnectionSource['acquire'],
): { order: ExplainOrder; pool: object } {
  const pool = {};
  const connections = { acquire, databaseKey: () => '', isClosed: () => false, idOf: () => 1 };
  rememberConnection({ library, connections }, { id: 1 }, pool);
  return {
    pool,
    order: { t: 'ask', n: 1, library, before: [], after: [], ask: [{ sql: 'select 1' }], patience: 50 },
  };
}

test('cells that cannot be compared are an error of the order, not of the app’s driver', (t) => {
  let released = 0;
  const { order } = explainOrder('odd cells', (_, callback) =>
    callback(undefined, {
      query: (_query, onReply) => onReply(undefined, [[Object.create(null)]], ['a']),
      release: () => released++,
    }),
  );
  order.ask = [{ sql: 'select 1', digest: { keys: [], added: 0 } }];
  t.doesNotThrow(() => runExplainOrder(order));
  t.equal(released, 1, 'the connection is released');
  t.end();
});

test('an error whose message cannot be read is reported, and never thrown', (t) => {
  const refusing = explainOrder('refusing', (_, callback) => callback(unreadable));
  t.doesNotThrow(() => runExplainOrder(refusing.order));
  const throwing = explainOrder('throwing', () => {
    throw unreadable;
  });
  t.doesNotThrow(() => runExplainOrder(throwing.order));
  let released = 0;
  const failing = explainOrder('failing', (_, callback) =>
    callback(undefined, {
      query: (_query, onReply) => onReply(unreadable, undefined),
      release: () => released++,
    }),
  );
  t.doesNotThrow(() => runExplainOrder(failing.order));
  t.equal(released, 1, 'the connection is released');
  t.end();
});
