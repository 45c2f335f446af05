import { test } from 'tap';
import {
  type ConnectionSource,
  rememberConnection,
  runExplainOrder,
} from '../../../src/agent/explain/runner.cjs';
import type { ExplainOrder } from '../../../src/domain/link.js';

const evil = Object.defineProperty({}, 'message', {
  get() {
    throw new Error('not for you');
  },
});

/** A library whose pool is asked for a connection once: it calls `taken` with what `take` hands over. */
function order(library: string, take: ConnectionSource['take']): { asked: ExplainOrder; pool: object } {
  const pool = {};
  const connections = { take, place: () => '', closed: () => false, id: 'id' };
  rememberConnection({ library, connections }, { id: 1 }, pool);
  return {
    pool,
    asked: { t: 'ask', n: 1, library, before: [], after: [], ask: [{ sql: 'select 1' }], patience: 50 },
  };
}

test('an error that cannot be read is told, and thrown into nothing of the app', (t) => {
  const refusing = order('refusing', (_, taken) => taken(evil));
  t.doesNotThrow(() => runExplainOrder(refusing.asked));
  const throwing = order('throwing', () => {
    throw evil;
  });
  t.doesNotThrow(() => runExplainOrder(throwing.asked));
  let released = 0;
  const failing = order('failing', (_, taken) =>
    taken(undefined, {
      ask: (_sql, _values, answered) => answered(evil, undefined),
      release: () => released++,
    }),
  );
  t.doesNotThrow(() => runExplainOrder(failing.asked));
  t.equal(released, 1, 'the connection is given back');
  t.end();
});
