import { test } from 'tap';
import type { Trace } from '../../../src/domain/trace.js';
import type { Feed } from '../../../src/feed/feed.js';
import type { WatchListener } from '../../../src/feed/watch-listener.js';
import { verificationOf } from '../../../src/insight/verify/verdicts.js';
import { type Line, lineText } from '../../../src/terminal/cells.js';
import { ProofEffects } from '../../../src/tui/effects/proof-effects.js';
import type { Action } from '../../../src/tui/state/state.js';
import { aSpan, aTrace } from '../../factory.js';
import { MemoryFeed } from '../memory-feed.js';

const LOOP = aTrace({
  spans: [1, 2, 3, 4, 5].map((n) => aSpan({ detail: { params: [n] } })),
  findings: [
    {
      ...{ id: 'aaaa', kind: 'n+1', severity: 'high', message: 'a loop', spans: [0, 1, 2, 3, 4] },
      ...{ site: 'src/orders.js:47', function: 'listOrders', ms: 10, confidence: 1, reasons: [] },
    },
  ],
});

function proofs(own: Partial<Feed> = {}) {
  const notices: string[] = [];
  const actions: Action[] = [];
  const selected: string[] = [];
  const feed: Feed = Object.assign(new MemoryFeed(1), own);
  const effects = new ProofEffects({
    feed,
    dispatch: (action) => void actions.push(action),
    notify: (text, role = 'ok') => void notices.push(`${role}: ${text}`),
    selectWhenStored: (id) => void selected.push(id),
  });
  const popup = () => {
    const shown = actions.at(-1) as Extract<Action, { type: 'show' }>;
    return shown.lines.map((line: Line) => lineText(line).trimEnd());
  };
  return { effects, notices, actions, selected, popup };
}

test('T shows the query in place of the loop, and y t copies it', async (t) => {
  const { effects, popup, notices } = proofs();
  t.equal(effects.triedOf(LOOP), undefined);
  await effects.tryLoop(LOOP, undefined);
  t.same(popup(), [
    ' 50 queries, 59ms → 1 query, 1.9ms, 50 rows, measured on your database',
    ' the same rows for each of 50 values, on PostgreSQL 16.3',
    '',
    ' SELECT * FROM items WHERE order_id = ANY($1::integer[])',
    '',
    ' y t copies it with its values.',
  ]);
  t.same(effects.triedOf(LOOP), { text: "SELECT * FROM items WHERE order_id = ANY('{1,2}'::integer[]);" });
  t.equal(effects.triedOf(aTrace()), undefined, 'of another request');
  await effects.tryLoop(aTrace(), undefined);
  t.match(notices.at(-1), /^warn: this request has no N\+1/);
});

test('V sends the request again and says what became of its findings', async (t) => {
  const after = aTrace({
    spans: [aSpan({ name: 'SELECT * FROM items WHERE order_id = ANY($1)' })],
    duration: 4,
  });
  const { effects, popup, notices, selected, actions } = proofs({
    replay: async () => ({ status: 200, ms: 4, id: after.id }),
    find: () => after,
  });
  await effects.verify(LOOP, false);
  t.same(popup(), [
    ' queries 5 → 1, 13ms → 4.0ms',
    '',
    ' gone         N+1  src/orders.js:47  5 calls, 10ms → none',
  ]);
  t.equal(notices.at(-1), 'ok: queries 5 → 1, 13ms → 4.0ms  N+1 gone');
  t.same(selected, [after.id]);
  await effects.verify({ ...LOOP, method: 'POST' }, false);
  t.match(actions.at(-1), {
    type: 'ask',
    question: 'send POST /orders again? y/N',
    yes: { type: 'verify', sure: true },
  });
});

test('A watches until it is pressed again', async (t) => {
  let listener: WatchListener | undefined;
  let signal: AbortSignal | undefined;
  const { effects, notices } = proofs({
    async watch(_: Trace, ...args) {
      [listener, signal] = args;
    },
  });
  await effects.watch(LOOP, false);
  t.equal(notices.at(-1), 'ok: GET /orders is sent again after each restart of the app; A ends it');
  listener!.compared(verificationOf(LOOP, LOOP));
  t.equal(notices.at(-1), 'warn: GET /orders: queries 5 → 5, 13ms → 13ms  N+1 still there');
  listener!.failed('no answer');
  t.equal(notices.at(-1), 'error: GET /orders: no answer');
  await effects.watch(LOOP, false);
  t.equal(signal!.aborted, true);
  t.equal(notices.at(-1), 'ok: the watch has ended');
});
