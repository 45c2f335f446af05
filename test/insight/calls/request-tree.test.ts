import { test } from 'tap';
import type { Trace } from '../../../src/domain/trace.js';
import { readTree, treeLoops } from '../../../src/insight/calls/request-tree.js';
import { aSpan, aTrace } from '../../factory.js';

function sourceOf(traces: Trace[]) {
  return {
    find: async (id: string) => traces.find((trace) => trace.id === id),
    children: async (parent: string, limit: number) =>
      traces.filter((trace) => trace.parent === parent).slice(0, limit),
  };
}

const page = aTrace({ url: '/page', route: '/page', start: 1000 });
const items = Array.from({ length: 6 }, (_, n) =>
  aTrace({ url: `/items/${n}`, route: '/items/:id', parent: page.id, start: 1010 - n, spans: [aSpan()] }),
);

test('the tree is that of the topmost request, in the order of the starts', async (t) => {
  const job = aTrace({ method: 'job', url: 'mail', parent: items[2]!.id, start: 1020 });
  const tree = await readTree(sourceOf([page, ...items, job]), job);
  t.equal(tree.trace.id, page.id);
  t.same(
    tree.children.map(({ trace }) => trace.url),
    ['/items/5', '/items/4', '/items/3', '/items/2', '/items/1', '/items/0'],
  );
  t.equal(tree.children[3]!.children[0]!.trace.id, job.id);
});

test('a parent that is not stored any more, or its own, ends the way up', async (t) => {
  const orphan = aTrace({ parent: 'gone' });
  t.equal((await readTree(sourceOf([orphan]), orphan)).trace.id, orphan.id);
  const [a, b] = [aTrace({}), aTrace({})];
  a.parent = b.id;
  b.parent = a.id;
  const tree = await readTree(sourceOf([a, b]), a);
  t.equal(tree.children.length, 1);
  t.same(tree.children[0]!.children, []);
});

test('of very many requests the rest is counted', async (t) => {
  const many = Array.from({ length: 320 }, () => aTrace({ parent: page.id, start: 1001 }));
  const tree = await readTree(
    {
      ...sourceOf([page, ...many]),
      children: async (parent) => many.filter((trace) => trace.parent === parent),
    },
    page,
  );
  t.equal(tree.children.length, 300);
  t.equal(tree.more, 20);
});

test('a call that each of many requests makes once is a loop across them', async (t) => {
  const tree = await readTree(sourceOf([page, ...items]), page);
  t.match(treeLoops(tree), [
    {
      ...{ kind: 'sql', shape: 'SELECT * FROM items WHERE order_id = ?', site: 'src/orders.js:47' },
      ...{ calls: 6, requests: 6, ms: 12, above: { id: page.id }, made: { route: '/items/:id' } },
    },
  ]);
  const few = await readTree(sourceOf([page, ...items.slice(0, 4)]), page);
  t.same(treeLoops(few), []);
});
