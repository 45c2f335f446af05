import { test } from 'tap';
import type { Finding } from '../../../src/domain/trace.js';
import { finishTrace } from '../../../src/insight/judge.js';
import { GrowthBook } from '../../../src/insight/patterns/growth.js';
import { Story, upTo } from '../story.js';

const at = 'src/orders.js:47 listOrders';
const user = (s: Story, id: number) =>
  s.sql('SELECT * FROM users WHERE id = $1', { params: [id], rows: 1, at });

interface Page {
  rows: number;
  /** Turns of the loop; as many as rows. */
  turns?: number;
  add?: (story: Story, id: number) => Story;
  pid?: number;
  id?: string;
}

/** Findings of requests of one route, in their order, judged with one memory. */
function judged(...pages: Page[]): Finding[][] {
  const growth = new GrowthBook();
  return pages.map(({ rows, turns = rows, add = user, pid = 1, id }, n) => {
    const story = new Story()
      .sql('SELECT count(*) FROM orders', { rows: 1, at: 'src/orders.js:30 listOrders' })
      .sql('SELECT id FROM orders LIMIT $1', { params: [rows], rows, at: 'src/orders.js:31 listOrders' })
      .each(upTo(turns), (s, turn) => add(s, turn));
    const trace = story.trace({
      id: id ?? `trace-${n}`,
      app: { pid, command: 'node app.js', cwd: '/app' },
    });
    const spans = trace.spans.map((span) => ({ ...span }));
    return finishTrace({ ...trace, spans }, () => undefined, { growth }).findings;
  });
}

const proofs = (...pages: Page[]) => judged(...pages).map((findings) => findings.map(({ proof }) => proof));

test('two sizes of a page prove its loop, however small both are', (t) => {
  const [first, second, third] = judged({ rows: 3 }, { rows: 4 }, { rows: 2 });
  t.same(first, []);
  t.match(second, [
    {
      kind: 'n+1',
      site: 'src/orders.js:47',
      confidence: 0.99,
      proof: '6 queries = 2 + 1 × rows of `SELECT … orders`, in requests with 3 and 4 rows',
    },
  ]);
  t.match(third, [
    { proof: '4 queries = 2 + 1 × rows of `SELECT … orders`, in requests with 2, 3 and 4 rows' },
  ]);
  t.end();
});

test('it is proven beside what it is found by', (t) => {
  t.same(proofs({ rows: 10 }, { rows: 50 }), [
    [undefined],
    ['52 queries = 2 + 1 × rows of `SELECT … orders`, in requests with 10 and 50 rows'],
  ]);
  t.end();
});

test('caches, procedures, HTTP requests and writes grow, too', (t) => {
  const proofOf = (add: (s: Story, id: number) => Story) =>
    judged({ rows: 3, add }, { rows: 4, add })[1]!.map(({ kind, proof }) => [kind, proof]);
  const end = 'rows of `SELECT … orders`, in requests with 3 and 4 rows';
  t.same(
    proofOf((s, id) => s.cache(`get user:${id}`, { at })),
    [['n+1-cache', `4 cache calls = 1 × ${end}`]],
  );
  t.same(
    proofOf((s, id) => s.rpc('users.find', { params: [id], at })),
    [['n+1-rpc', `4 remote calls = 1 × ${end}`]],
  );
  t.same(
    proofOf((s, id) => s.http(`GET http://api/users/${id}`, { at })),
    [['n+1-http', `4 HTTP requests = 1 × ${end}`]],
  );
  t.same(
    proofOf((s, id) => s.sql('UPDATE users SET seen = now() WHERE id = $1', { params: [id], at })),
    [['n+1-writes', `6 queries = 2 + 1 × ${end}`]],
  );
  t.end();
});

test('several calls for each row are on a line of their own', (t) => {
  const add = (s: Story, id: number) =>
    user(s, id).sql('SELECT * FROM items WHERE order_id = $1', {
      params: [id],
      at: 'src/orders.js:48 listOrders',
    });
  const finding = judged({ rows: 3, add }, { rows: 4, add })[1]![0];
  t.match(finding, {
    kind: 'n+1-group',
    proof: '10 queries = 2 + 2 × rows of `SELECT … orders`, in requests with 3 and 4 rows',
  });
  t.end();
});

test('the same size twice, a constant, pages, batches and noise prove nothing', (t) => {
  const none = (...pages: Page[]) =>
    proofs(...pages).every((each) => each.every((proof) => proof === undefined));
  t.ok(none({ rows: 3 }, { rows: 3 }));
  t.ok(none({ rows: 3, turns: 3 }, { rows: 9, turns: 3 }, { rows: 12, turns: 3 }), 'a constant');
  t.ok(none({ rows: 20, turns: 2 }, { rows: 40, turns: 4 }, { rows: 60, turns: 6 }), 'pages of ten');
  t.ok(none({ rows: 5, turns: 4 }, { rows: 9, turns: 8 }), 'fewer calls than rows');
  t.ok(none({ rows: 5, turns: 7 }, { rows: 9, turns: 11 }), 'two requests, and calls besides');
  t.ok(none({ rows: 3 }, { rows: 5, turns: 4 }, { rows: 8, turns: 7 }), 'not on one line');
  t.end();
});

test('a request that contradicts ends it, until the app has started again', (t) => {
  const found = proofs(
    { rows: 3 },
    { rows: 4 },
    { rows: 4, turns: 2 },
    { rows: 5 },
    { rows: 3, pid: 2 },
    { rows: 4, pid: 2 },
  );
  t.same(
    found.map(([proof]) => proof !== undefined),
    [false, true, false, false, false, true],
  );
  const single = proofs({ rows: 3 }, { rows: 9, turns: 1 }, { rows: 4 });
  t.same(single, [[], [], []], 'nine rows and one call');
  t.end();
});

test('a trace that is judged again with a late call is one request', (t) => {
  const found = proofs({ rows: 3, turns: 2, id: 'a' }, { rows: 3, id: 'a' }, { rows: 4, id: 'b' });
  t.same(
    found.map(([proof]) => proof !== undefined),
    [false, false, true],
  );
  t.end();
});
