import { test } from 'tap';
import { PanelRequests } from '../../../src/web/extension/panel-requests.js';
import { changes } from '../changes.js';

const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

function entry(n: number, url = '/api/a', pageref = 'page_1') {
  return {
    startedDateTime: new Date(1000 + n).toISOString(),
    time: 1,
    pageref,
    request: { method: 'GET', url: `http://localhost:4000${url}` },
    response: { status: 200, headers: [{ name: 'X-Scooby', value: idOf(n) }] },
    _resourceType: 'fetch',
  };
}

/** Resolves once the condition holds, asked at each change. */
function panel(answer: (origin: string, id: string) => Promise<unknown>) {
  const { changed, until } = changes();
  const requests = new PanelRequests(answer, changed);
  return { requests, until };
}

test('rows in order of their start, each once, with what the proxy knows', async (t) => {
  const asked: string[] = [];
  const { requests, until } = panel(async (origin, id) => {
    asked.push(`${origin} ${id}`);
    return { duration: 7, totals: { sql: { count: 2 } }, findings: [{ message: 'a', site: 'b.js:1' }] };
  });
  for (const n of [3, 1, 1, 2]) requests.add(entry(n));
  requests.add({ ...entry(9), response: { status: 200, headers: [] } });
  t.same(
    requests.rows.map(({ id }) => id),
    [1, 2, 3].map(idOf),
  );
  await until(() => requests.rows.every(({ back }) => back === 'b.js:1'));
  t.same(requests.find(idOf(2))?.figures, {
    ms: 7,
    queries: 2,
    findings: [{ message: 'a', site: 'b.js:1' }],
  });
  t.same(
    asked.toSorted(),
    [1, 2, 3].map((n) => `http://localhost:4000 ${idOf(n)}`),
  );
  requests.clear();
  t.same([requests.rows, requests.find(idOf(2))], [[], undefined]);
});

test('a request that still runs is asked for again, and one that could not be read on demand', async (t) => {
  let attempts = 0;
  const { requests, until } = panel(async () => {
    if (++attempts === 1) throw new Error('Failed to fetch');
    return attempts === 2 ? undefined : { duration: 1, findings: [] };
  });
  requests.add(entry(1));
  requests.retry();
  await until(() => requests.rows[0]!.figures.ms === 1);
  t.ok(attempts >= 3);
});

test('duplicates are those of the newest page', (t) => {
  const { requests } = panel(async () => undefined);
  for (const n of [1, 2]) requests.add(entry(n, '/old', 'page_1'));
  t.equal(requests.duplicates().length, 1);
  for (const n of [3, 4, 5]) requests.add(entry(n, '/new', 'page_2'));
  t.same(
    requests.duplicates().map(({ ids }) => ids),
    [[3, 4, 5].map(idOf)],
  );
  t.end();
});

test('the oldest of a thousand rows are dropped', (t) => {
  const { requests } = panel(async () => undefined);
  for (let n = 1; n <= 1002; n++) requests.add(entry(n));
  t.same([requests.rows.length, requests.rows[0]!.id, requests.find(idOf(2))], [1000, idOf(3), undefined]);
  t.end();
});
