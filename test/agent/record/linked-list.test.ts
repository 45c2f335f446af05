import { test } from 'tap';
import { LinkedList, type Listed } from '../../../src/agent/record/linked-list.cjs';

interface Item extends Listed<Item> {
  name: string;
}

const item = (name: string): Item => ({ name, before: undefined, after: undefined, isListed: false });

test('items stay in order, wherever one is taken out', (t) => {
  const list = new LinkedList<Item>();
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(item) as [Item, Item, Item, Item];
  const names = () => list.items().map(({ name }) => name);
  for (const one of [a, b, c, d]) list.add(one);
  t.same([names(), list.size], [['a', 'b', 'c', 'd'], 4]);
  list.add(b);
  t.same([names(), list.size], [['a', 'b', 'c', 'd'], 4], 'one that is in it is not added again');
  t.equal(list.delete(b), true);
  t.equal(list.delete(b), false);
  t.same([names(), list.size], [['a', 'c', 'd'], 3]);
  t.equal(list.delete(d), true);
  t.same(names(), ['a', 'c']);
  t.equal(list.delete(a), true);
  list.add(b);
  t.same(names(), ['c', 'b']);
  t.equal(list.delete(c), true);
  t.equal(list.delete(b), true);
  t.same([names(), list.size], [[], 0]);
  list.add(a);
  t.same(names(), ['a']);
  t.end();
});
